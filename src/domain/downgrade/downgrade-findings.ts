import type { Finding } from '../finding.ts';
import { describeCount } from '../rollout/describe-count.ts';

/** Says in the plan that it has no step for the CRDs, and why. */
export function crdsKept({
  running,
  target,
  count,
}: {
  readonly running: string;
  readonly target: string;
  readonly count: number;
}): Finding {
  return {
    code: 'CrdsKept',
    severity: 'info',
    subject: `CRDs of Istio ${running}`,
    message: `expected ${describeCount(count, 'CRD')} of Istio ${target} to be served, found newer ones or the same, which stay as they are: a downgrade never lowers CRDs`,
    remedy: 'nothing has to be done',
  };
}

/** Nothing is taken for compatible that was not looked at. */
export function crdsUnread(why: string): Finding {
  return {
    code: 'FactUnknown',
    severity: 'blocking',
    subject: 'CustomResourceDefinitions',
    message: `expected to compare the CRDs with those of the target, found that they cannot be read: ${why}`,
    remedy: 'grant it: kubectl auth can-i list customresourcedefinitions',
  };
}

/** What the lower version's own validation has against settings that the running one takes. */
export function settingsRefused(target: string, said: readonly string[]): readonly Finding[] {
  if (said.length === 0) return [];
  return [
    {
      code: 'SettingRefused',
      severity: 'overridable',
      subject: `istioctl ${target}`,
      message: `expected istioctl ${target} to take the settings of the running revision as they are, found that it says: ${said.slice(0, LINES_SHOWN).join('; ')}`,
      remedy: 'take these settings out of the running revision, or accept that they have no effect',
    },
  ];
}

const LINES_SHOWN = 10;
