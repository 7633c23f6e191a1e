import type { KeptProxy, OlderWorkload } from '../refresh/judge-proxies.ts';
import type { ProxyTarget } from '../refresh/proxy-target.ts';
import { proxyWaves } from '../refresh/refresh-steps.ts';
import type { PlannedObject, RevisionAt } from '../planning/plan.ts';
import type { UpgradeStep } from '../planning/step.ts';
import type { Policy } from '../policy.ts';
import type { ServiceIdentity } from './service-identity.ts';

export interface InPlaceMaterial {
  readonly policy: Policy;
  /** The same revision at two versions. */
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** CRDs and shared objects; absent where they stay as they are, as on the way down. */
  readonly base?: readonly PlannedObject[];
  readonly pilot: readonly PlannedObject[];
  /** Services whose identity must stay. */
  readonly services: readonly ServiceIdentity[];
  /** Workloads with another proxy than that of the target, and those that keep theirs. */
  readonly older: readonly OlderWorkload[];
  readonly kept: readonly KeptProxy[];
  readonly target: ProxyTarget;
  /** Namespaces in which a gateway runs. */
  readonly gatewayNamespaces: readonly string[];
}

const KEEP_CRDS =
  'CRDs are never lowered: objects written meanwhile would become unreadable, and the other control plane reads the newer ones';

/** In place: CRDs, then the control plane over the running one, then the proxies. */
export function inPlaceSteps(material: InPlaceMaterial): readonly UpgradeStep[] {
  const { from, to, policy } = material;
  const { soakSeconds, gates } = policy;
  return [
    {
      id: 'snapshot',
      kind: 'snapshot',
      title: 'Record the state to which everything can return',
      undo: { kind: 'none' },
    },
    ...controlPlaneSteps(material),
    ...proxyWaves(material, { kind: 'undo-wave' }),
    {
      id: 'soak-mesh',
      kind: 'soak',
      scope: 'mesh',
      seconds: soakSeconds.mesh,
      title: `Watch the whole mesh at ${to.version}`,
      undo: { kind: 'none' },
    },
    {
      id: 'gate-complete',
      kind: 'gate',
      gate: 'complete',
      expiresSeconds: gates.complete.expiresSeconds,
      title: `A person decides whether ${to.version} stays; else everything returns to ${from.version}`,
      undo: { kind: 'none' },
    },
    {
      id: 'verify-mesh',
      kind: 'verify-mesh',
      revision: to.revision,
      title: `Prove that control plane and proxies of ${to.revision} are at ${to.version}`,
      undo: { kind: 'none' },
    },
  ];
}

function controlPlaneSteps({
  from,
  to,
  base,
  pilot,
  services,
  policy,
}: InPlaceMaterial): readonly UpgradeStep[] {
  return [
    ...(base === undefined
      ? []
      : [
          {
            id: 'crds',
            kind: 'apply-crds' as const,
            component: 'Base' as const,
            objects: base,
            title: `Bring CRDs and shared objects to ${to.version}`,
            undo: { kind: 'keep' as const, because: KEEP_CRDS },
          },
        ]),
    {
      id: 'control-plane',
      kind: 'install-control-plane',
      component: 'Pilot',
      objects: pilot,
      title: `Bring control plane ${to.revision} from ${from.version} to ${to.version}, in place`,
      undo: { kind: 'restore-prior' },
      // Before the proxies: what restarts gets its proxy from whatever control plane serves then.
      undoFirst: true,
    },
    {
      id: 'verify-control-plane',
      kind: 'verify-control-plane',
      revision: to.revision,
      services,
      title: `Prove that ${to.revision} serves ${to.version}, injects it, and kept root certificate and addresses`,
      undo: { kind: 'none' },
    },
    {
      id: 'soak-control-plane',
      kind: 'soak',
      scope: 'control-plane',
      seconds: policy.soakSeconds.controlPlane,
      title: `Watch control plane ${to.revision} with proxies of ${from.version}`,
      undo: { kind: 'none' },
    },
  ];
}
