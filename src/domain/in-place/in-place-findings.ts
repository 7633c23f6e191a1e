import type { Finding } from '../finding.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { Hops } from './hops.ts';
import type { PlannedObject, RevisionAt } from '../planning/plan.ts';

/** Which proxy the target renders has to be known, or nobody could say what has it. */
export function proxyUnknownFinding(
  { revision }: RevisionAt,
  { why, meshNamespace }: { readonly why: string; readonly meshNamespace: string },
): Finding {
  return {
    code: 'ProxyNotRendered',
    severity: 'blocking',
    subject: `revision ${revision}`,
    message: `expected to know the proxy that revision ${revision} renders, found that ${why}`,
    remedy: `kubectl -n ${meshNamespace} get pods -l app=istiod,istio.io/rev=${revision}`,
  };
}

/** What only the running version has. It stays: nothing of the target reads it, and the way back needs it. */
export function leftBehindFindings(
  old: readonly PlannedObject[],
  target: readonly PlannedObject[],
  to: RevisionAt,
): readonly Finding[] {
  const wanted = new Set(target.map(({ ref }) => formatRef(ref)));
  return old
    .filter(({ ref }) => !wanted.has(formatRef(ref)))
    .map(({ ref }) => ({
      code: 'ObjectLeftBehind',
      severity: 'info',
      subject: formatRef(ref),
      message: `expected each object of the running version to be one of ${to.version} too, found that ${formatRef(ref)} is not; it stays as it is`,
      remedy: `once ${to.version} is to stay: kubectl delete ${ref.kind.toLowerCase()} ${ref.name}${ref.namespace === undefined ? '' : ` -n ${ref.namespace}`}`,
    }));
}

/** A run that could not go all its way had better not begin: a hop sees the cluster as it is now. */
export function hopFindings(
  { tooNew = [] }: Pick<Hops, 'tooNew'>,
  found: string,
): readonly Finding[] {
  return tooNew.map(({ version, kubernetes }) => ({
    code: 'KubernetesTooOld',
    severity: 'blocking',
    subject: `hop to ${version}`,
    message: `expected Kubernetes ${kubernetes} or newer for the hop to Istio ${version}, found ${found}`,
    remedy: `upgrade the cluster to Kubernetes ${kubernetes} first, or choose the version before ${version} as the target`,
  }));
}
