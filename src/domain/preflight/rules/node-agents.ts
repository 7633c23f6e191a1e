import type { Finding, Severity } from '../../finding.ts';
import type { NodeAgentFacts } from '../../inventory/gateway-facts.ts';
import { minorDistance, parseIstioVersion } from '../../version/istio-version.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** CNI and ztunnel 1.x work with a control plane 1.x and 1.x+1: https://istio.io/latest/docs/ambient/upgrade/helm/. */
const MAX_AGENT_MINORS_BEHIND = 1;

/** What runs once per node is not moved by a canary, and may not fall too far behind. */
export const nodeAgentsRule: Rule = {
  documents: [
    {
      code: 'NodeAgentSkew',
      severity:
        'info where it may stay behind for a while, blocking where the target is too far from it, overridable where its version cannot be told',
      meaning:
        'the CNI agent or ztunnel runs once per node, is not part of this upgrade, and works with a control plane of its own minor version or one above.',
      remedy: 'bring it to a minor next to the target, before or after the upgrade.',
    },
  ],
  check: ({ inventory, target }) => inventory.nodeAgents.map((agent) => findingOf(agent, target)),
};

function findingOf(agent: NodeAgentFacts, target: PreflightFacts['target']): Finding {
  const { kind, namespace, name, version } = agent;
  const parsed = version === undefined ? undefined : parseIstioVersion(version);
  const behind = parsed === undefined ? undefined : minorDistance(parsed, target);
  return {
    code: 'NodeAgentSkew',
    severity: severityOf(parsed === undefined ? 'no version' : behind),
    subject: `DaemonSet ${namespace}/${name}`,
    message: `expected ${kind} at the minor of ${target} or one below, found ${version ?? 'an image tag that is no version'}; this upgrade leaves it as it is`,
    remedy: `kubectl -n ${namespace} get daemonset ${name} -o jsonpath={.spec.template.spec.containers[*].image}`,
  };
}

/** Minors behind the target; `undefined` is another major version. */
function severityOf(behind: number | undefined | 'no version'): Severity {
  if (behind === 'no version') return 'overridable';
  return behind !== undefined && behind >= 0 && behind <= MAX_AGENT_MINORS_BEHIND
    ? 'info'
    : 'blocking';
}
