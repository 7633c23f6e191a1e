import type { Finding, FindingCode } from '../../finding.ts';
import { compareText } from '../../kubernetes-object.ts';
import type { SensitiveResource } from '../../inventory/sensitive-resource.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameSome } from '../name-objects.ts';

/** Annotations that the next version may read otherwise, or not at all. */
export const meshAnnotationsRule: Rule = {
  documents: [
    {
      code: 'AlphaAnnotation',
      severity: 'info (one finding for each annotation)',
      meaning:
        'an annotation whose feature status is alpha is in use: it may change or go without notice.',
      remedy: 'look it up in the release notes of the target.',
    },
    {
      code: 'DeprecatedAnnotation',
      severity: 'info (one finding for each annotation)',
      meaning: 'an annotation that Istio calls deprecated is in use: a later version ignores it.',
      remedy: 'use what replaces it.',
    },
  ],
  check: ({ inventory }) => [
    ...checkKind(inventory.sensitive, 'alpha-annotation', 'AlphaAnnotation'),
    ...checkKind(inventory.sensitive, 'deprecated-annotation', 'DeprecatedAnnotation'),
  ],
};

function checkKind(
  sensitive: PreflightFacts['inventory']['sensitive'],
  kind: SensitiveResource['kind'],
  code: FindingCode,
): readonly Finding[] {
  if (sensitive.kind === 'unknown') return [];
  const uses = sensitive.value
    .filter((each) => each.kind === kind)
    .flatMap(({ subject, details }) => details.map((annotation) => ({ subject, annotation })));
  const status = kind === 'alpha-annotation' ? 'alpha' : 'deprecated';
  return [...Map.groupBy(uses, ({ annotation }) => annotation)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([annotation, found]) => ({
      code,
      severity: 'info',
      subject: `annotation ${annotation}`,
      message: `expected no ${status} annotation, found ${annotation} on ${nameSome(found.map(({ subject }) => subject))}`,
      remedy: 'https://istio.io/latest/docs/reference/config/annotations/ says what became of it',
    }));
}
