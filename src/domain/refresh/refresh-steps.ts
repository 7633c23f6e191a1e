import { compareText } from '../kubernetes-object.ts';
import { nameFew } from '../planning/name-few.ts';
import type { StepUndo, UpgradeStep } from '../planning/step.ts';
import { waveGate } from '../planning/wave-gate.ts';
import { orderWaves } from '../planning/wave-order.ts';
import type { WaveContent } from '../planning/waves.ts';
import type { Policy } from '../policy.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { KeptProxy, OlderWorkload } from './judge-proxies.ts';
import type { ProxyTarget } from './proxy-target.ts';

export interface RefreshMaterial {
  readonly older: readonly OlderWorkload[];
  readonly kept: readonly KeptProxy[];
  readonly target: ProxyTarget;
  readonly policy: Pick<Policy, 'waves' | 'soakSeconds' | 'gates'>;
  /** Namespaces in which a gateway runs. */
  readonly gatewayNamespaces: readonly string[];
}

const KEEP_PROXY =
  'a restart cannot be taken back: the proxy that it replaces is one that the control plane renders no more. What goes wrong halts the run, and what has not begun keeps its proxy';

/** The steps of a refresh: each namespace in the order of an upgrade, watched after each wave. */
export function refreshSteps(material: RefreshMaterial): readonly UpgradeStep[] {
  const { target, policy } = material;
  return [
    ...proxyWaves(material, { kind: 'keep', because: KEEP_PROXY }),
    soak('mesh', 'soak-mesh', `Watch the whole mesh with proxies of ${target.version}`, policy),
    {
      id: 'verify-mesh',
      kind: 'verify-mesh',
      revision: target.revision,
      title: `Prove that no proxy of ${target.revision} that was to be restarted is older than ${target.version}`,
      undo: { kind: 'none' },
    },
  ];
}

/** A wave for each namespace, each watched afterwards, for proxies that their revision renders now. */
export function proxyWaves(material: RefreshMaterial, undo: StepUndo): readonly UpgradeStep[] {
  const { policy, gatewayNamespaces } = material;
  const waves = orderWaves([], byNamespace(material), { policy: policy.waves, gatewayNamespaces });
  return waves.flatMap((wave, index) => waveSteps(wave, index + 1, { ...material, undo }));
}

function byNamespace({ older }: RefreshMaterial): readonly WaveContent[] {
  const grouped = Map.groupBy(older, ({ workload }) => workload.namespace);
  return [...grouped]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([namespace, found]) => ({
      namespaces: [namespace],
      tagMoves: [],
      namespaceMoves: [],
      workloads: found
        .map(({ workload }) => workload)
        .toSorted((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name)),
    }));
}

function waveSteps(
  { namespaces, workloads }: WaveContent,
  number: number,
  { older, kept, target, policy, undo }: RefreshMaterial & { readonly undo: StepUndo },
): readonly UpgradeStep[] {
  const where = nameFew(namespaces);
  const uids = new Set(workloads.map(({ uid }) => uid));
  return [
    ...waveGate(policy, number, where),
    {
      id: `wave-${number}`,
      kind: 'wave',
      number,
      namespaces,
      tagMoves: [],
      namespaceMoves: [],
      workloads: older.map(({ workload }) => workload).filter(({ uid }) => uids.has(uid)),
      left: kept
        .filter(({ namespace }) => namespaces.includes(namespace))
        .map(({ kind, namespace, name, because }) => ({ kind, namespace, name, because })),
      target,
      title: `Restart ${describeCount(workloads.length, 'workload')} of ${where} for proxies of ${target.version}`,
      undo,
    },
    soak('wave', `soak-wave-${number}`, `Watch ${where}`, policy),
  ];
}

function soak(
  scope: 'wave' | 'mesh',
  id: string,
  title: string,
  { soakSeconds }: RefreshMaterial['policy'],
): UpgradeStep {
  return { id, kind: 'soak', scope, seconds: soakSeconds[scope], title, undo: { kind: 'none' } };
}
