import { stopsRun } from '../finding.ts';
import type { Planned } from '../planning/plan.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { Advice } from './maintenance-report.ts';

/** Most findings whose words are repeated. */
const MOST_FINDINGS = 3;

/** Whether proxies have to be refreshed, by what a refresh would do now. */
export function adviseRefresh(planned: Planned): Advice {
  switch (planned.kind) {
    case 'nothing-to-do':
      return { kind: 'nothing', because: wordsOf(planned.findings) };
    case 'blocked':
      return {
        kind: 'nothing',
        because: `a refresh is stopped by findings: ${wordsOf(planned.findings.filter(stopsRun))}`,
      };
    case 'plan': {
      const { steps, to } = planned.plan;
      const waves = steps.flatMap((step) => (step.kind === 'wave' ? [step.workloads.length] : []));
      const workloads = waves.reduce((sum, each) => sum + each, 0);
      return {
        kind: 'start',
        type: 'refreshProxies',
        request: { revision: to.revision },
        because: `${describeCount(workloads, 'workload')} of revision ${to.revision} have a proxy older than ${to.version}`,
      };
    }
  }
}

function wordsOf(findings: readonly { readonly message: string }[]): string {
  const words = findings.slice(0, MOST_FINDINGS).map(({ message }) => message);
  const more = findings.length - words.length;
  return `${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
