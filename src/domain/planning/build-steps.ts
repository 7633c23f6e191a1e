import { DEFAULT_VALIDATOR } from '../mesh/istio-labels.ts';
import type { ObservedMesh } from '../mesh/observed-mesh.ts';
import type { Policy } from '../policy.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { orderDeletions } from './order-deletions.ts';
import type { PlannedObject, RevisionAt } from './plan.ts';
import type { UpgradeStep } from './step.ts';
import {
  buildLabelRestoration,
  buildRemainingTagMoves,
  buildWaves,
  type WaveContent,
} from './waves.ts';

export interface PlanMaterial {
  readonly mesh: ObservedMesh;
  readonly policy: Policy;
  /** Namespaces in which a gateway runs. */
  readonly gatewayNamespaces: readonly string[];
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** The rendered objects of the new revision, compared with the cluster. */
  readonly base: readonly PlannedObject[];
  readonly pilot: readonly PlannedObject[];
  /** The objects that are the old revision. */
  readonly old: readonly PlannedObject[];
}

const KEEP_CRDS =
  'CRDs are never lowered: objects written meanwhile would become unreadable, and the old control plane reads the newer ones';

/** The life of a canary upgrade as data, in the order in which it is carried out. */
export function buildSteps(material: PlanMaterial): readonly UpgradeStep[] {
  const { mesh, from, to, policy, gatewayNamespaces } = material;
  const movement = { from: from.revision, to: to.revision };
  const waves = buildWaves(mesh, movement, { policy: policy.waves, gatewayNamespaces });
  return [
    {
      id: 'snapshot',
      kind: 'snapshot',
      title: 'Record the state to which everything can return',
      undo: { kind: 'none' },
    },
    ...prepareSteps(material),
    ...waves.flatMap((wave, index) => waveSteps(wave, index + 1, material)),
    soak('mesh', 'soak-mesh', 'Watch the whole mesh on the new revision', material),
    {
      id: 'gate-complete',
      kind: 'gate',
      gate: 'complete',
      expiresSeconds: material.policy.gates.complete.expiresSeconds,
      title: `A person decides whether ${from.revision} may be removed`,
      undo: { kind: 'none' },
    },
    ...completionSteps(material, waves),
  ];
}

function prepareSteps({ to, base, pilot, policy }: PlanMaterial): readonly UpgradeStep[] {
  return [
    {
      id: 'crds',
      kind: 'apply-crds',
      component: 'Base',
      objects: base,
      title: `Bring CRDs and shared objects to ${to.version}`,
      undo: { kind: 'keep', because: KEEP_CRDS },
    },
    {
      id: 'control-plane',
      kind: 'install-control-plane',
      component: 'Pilot',
      objects: pilot,
      title: `Install control plane ${to.revision} beside the running one`,
      undo: { kind: 'restore-prior' },
    },
    {
      id: 'verify-control-plane',
      kind: 'verify-control-plane',
      revision: to.revision,
      title: `Prove that ${to.revision} is ready, injects, and shares the root certificate`,
      undo: { kind: 'none' },
    },
    {
      id: 'soak-control-plane',
      kind: 'soak',
      scope: 'control-plane',
      seconds: policy.soakSeconds.controlPlane,
      title: 'Watch both control planes',
      undo: { kind: 'none' },
    },
  ];
}

function waveSteps(
  wave: WaveContent,
  number: number,
  material: PlanMaterial,
): readonly UpgradeStep[] {
  const where = nameFew(wave.namespaces);
  return [
    {
      id: `wave-${number}`,
      kind: 'wave',
      number,
      ...wave,
      title: `Move ${where} to ${material.to.revision} and restart ${describeCount(wave.workloads.length, 'workload')}`,
      undo: { kind: 'undo-wave' },
    },
    soak('wave', `soak-wave-${number}`, `Watch ${where}`, material),
  ];
}

function soak(
  scope: 'wave' | 'mesh',
  id: string,
  title: string,
  { policy }: PlanMaterial,
): UpgradeStep {
  return {
    id,
    kind: 'soak',
    scope,
    seconds: policy.soakSeconds[scope],
    title,
    undo: { kind: 'none' },
  };
}

function completionSteps(
  { mesh, from, to, old, policy }: PlanMaterial,
  waves: readonly WaveContent[],
): readonly UpgradeStep[] {
  const movement = { from: from.revision, to: to.revision };
  const tagMoves = buildRemainingTagMoves(mesh, waves, movement);
  const namespaceMoves = buildLabelRestoration(mesh, waves);
  const movesValidator = mesh.defaultValidatorRevision === from.revision;
  return [
    ...(tagMoves.length > 0 || movesValidator
      ? [
          {
            id: 'default',
            kind: 'move-default' as const,
            tagMoves,
            ...(movesValidator ? { validator: { name: DEFAULT_VALIDATOR, ...movement } } : {}),
            title: `Make ${to.revision} the default for injection and validation`,
            undo: { kind: 'restore-prior' as const },
          },
        ]
      : []),
    ...(namespaceMoves.length > 0
      ? [
          {
            id: 'owner-labels',
            kind: 'restore-labels' as const,
            namespaceMoves,
            title: `Put the owners' labels back on ${nameFew(namespaceMoves.map(({ namespace }) => namespace))}`,
            undo: { kind: 'restore-prior' as const },
          },
        ]
      : []),
    {
      id: 'census',
      kind: 'census',
      revision: from.revision,
      graceSeconds: policy.pruneGraceSeconds,
      title: `Prove that nothing uses ${from.revision} any more`,
      undo: { kind: 'none' },
    },
    {
      id: 'remove-control-plane',
      kind: 'remove-control-plane',
      revision: from.revision,
      objects: orderDeletions(old),
      title: `Remove control plane ${from.revision}`,
      undo: { kind: 'point-of-no-return' },
    },
    {
      id: 'verify-mesh',
      kind: 'verify-mesh',
      revision: to.revision,
      title: `Prove that the mesh is wholly on ${to.revision}`,
      undo: { kind: 'none' },
    },
  ];
}

const NAMED_IN_A_TITLE = 5;

/** Titles travel in every history; what is beyond the first few stands in the step. */
function nameFew(names: readonly string[]): string {
  const rest = names.length - NAMED_IN_A_TITLE;
  const few = names.slice(0, NAMED_IN_A_TITLE).join(', ');
  return rest > 0 ? `${few} and ${rest} more` : few;
}
