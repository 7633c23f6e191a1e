import type { Finding } from '../../finding.ts';
import type { DefaultAnswers } from '../../inventory/webhook-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** The four questions (istio-facts section 4), as people ask them. */
const QUESTIONS = [
  ['injection', 'who injects istio-injection=enabled'],
  ['validation', 'who validates configuration without a revision'],
  ['ownership', 'who owns Gateways without a revision'],
  ['leader', 'who wins the leader locks'],
] as const satisfies readonly (readonly [keyof DefaultAnswers, string])[];

/** "Who is the default?" has four answers, decided apart: they must not differ. */
export const defaultsAgreeRule: Rule = {
  documents: [
    {
      code: 'DefaultsDisagree',
      severity: 'overridable where the answers differ, info where injection or validation has none',
      meaning:
        'injection, validation, ownership of Gateways and the leader locks each have a default of their own, and they do not name the same revision.',
      remedy: 'set tag, tag Service and validator together: `istioctl tag set default`.',
    },
  ],
  check: checkDefaults,
};

function checkDefaults({ mesh, inventory: { defaults } }: PreflightFacts): readonly Finding[] {
  const named = new Set(Object.values(defaults));
  // No default at all is a mesh in which everything names its revision.
  if (named.size === 0) return [];
  const differ = named.size > 1;
  const nobody = defaults.injection === undefined || defaults.validation === undefined;
  if (!differ && !nobody) return [];
  const answers = QUESTIONS.map(
    ([question, words]) => `${words}: ${defaults[question] ?? 'nobody'}`,
  );
  return [
    {
      code: 'DefaultsDisagree',
      severity: differ ? 'overridable' : 'info',
      subject: `namespace ${mesh.meshNamespace}`,
      message: `expected one default revision, found ${answers.join('; ')}`,
      remedy: `istioctl tag set default --revision ${defaults.ownership ?? [...named][0] ?? 'REVISION'} --overwrite`,
    },
  ];
}
