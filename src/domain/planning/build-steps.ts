import { DEFAULT_TAG, DEFAULT_VALIDATOR } from '../mesh/istio-labels.ts';
import type { ObservedMesh } from '../mesh/observed-mesh.ts';
import type { Policy } from '../policy.ts';
import { treatmentOfKind, type TreatedWorkloads } from '../restart/treatment.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { Direction } from './direction.ts';
import { orderDeletions } from './order-deletions.ts';
import type { PlannedObject, RevisionAt } from './plan.ts';
import type { PodSelections } from './pod-selections.ts';
import type { StepOf, UpgradeStep, ValidatorMove } from './step.ts';
import { waveGate } from './wave-gate.ts';
import {
  buildLabelRestoration,
  buildRemainingTagMoves,
  buildWaves,
  type WaveContent,
} from './waves.ts';

export interface PlanMaterial {
  readonly mesh: ObservedMesh;
  readonly policy: Policy;
  /** What is moved, how, and what is not. */
  readonly treated: TreatedWorkloads;
  /** Namespaces in which a gateway runs. */
  readonly gatewayNamespaces: readonly string[];
  /** Workloads that follow a label of their own pods; absent: none does. */
  readonly podSelections?: PodSelections;
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** Absent: up. */
  readonly direction?: Direction;
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
  const { from, to, policy, gatewayNamespaces, podSelections, treated } = material;
  const mesh = { ...material.mesh, workloads: treated.moved };
  const movement = { from: from.revision, to: to.revision };
  const waves = buildWaves(mesh, movement, {
    policy: policy.waves,
    gatewayNamespaces,
    ...(podSelections === undefined ? {} : { podSelections }),
    byHand: new Set(
      treated.moved.flatMap(({ uid, treatment }) => (treatment.kind === 'inject' ? [uid] : [])),
    ),
  });
  return [
    {
      id: 'snapshot',
      kind: 'snapshot',
      title: 'Record the state to which everything can return',
      undo: { kind: 'none' },
    },
    ...prepareSteps(material),
    ...waves.flatMap((_wave, index) => waveSteps(waves, index, material)),
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

function prepareSteps(material: PlanMaterial): readonly UpgradeStep[] {
  const { to, pilot, policy } = material;
  return [
    ...crdSteps(material),
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

/** CRDs are never lowered. */
function crdSteps({ to, base, direction }: PlanMaterial): readonly UpgradeStep[] {
  if (direction === 'down') return [];
  return [
    {
      id: 'crds',
      kind: 'apply-crds',
      component: 'Base',
      objects: base,
      title: `Bring CRDs and shared objects to ${to.version}`,
      undo: { kind: 'keep', because: KEEP_CRDS },
    },
  ];
}

function waveSteps(
  waves: readonly WaveContent[],
  index: number,
  material: PlanMaterial,
): readonly UpgradeStep[] {
  const wave = waves[index];
  if (wave === undefined) return [];
  const { namespaces, podLabelled, tagMoves, namespaceMoves } = wave;
  const number = index + 1;
  const where = nameFew(namespaces);
  const validator = tagMoves.some(({ tag }) => tag === DEFAULT_TAG)
    ? validatorMove(material)
    : undefined;
  return [
    ...waveGate(material.policy, number, where),
    {
      id: idOfWave(number),
      kind: 'wave',
      number,
      namespaces,
      ...(podLabelled === undefined ? {} : { podLabelled }),
      tagMoves,
      namespaceMoves,
      ...treatmentsOf(wave, waves[index - 1], material),
      ...(validator === undefined ? {} : { validator }),
      ...neighbours(waves, index),
      title: titleOf(wave, material),
      undo: { kind: 'undo-wave' },
    },
    soak('wave', `soak-wave-${number}`, `Watch ${where}`, material),
  ];
}

/** What its workloads' treatments are; and what is left, once where a wave is parted. */
function treatmentsOf(
  { namespaces, workloads, part }: WaveContent,
  before: WaveContent | undefined,
  { treated }: PlanMaterial,
): Pick<StepOf<'wave'>, 'workloads' | 'left'> {
  const told = part === 'rest' ? (before?.namespaces ?? []) : [];
  const treatments = new Map(treated.moved.map(({ uid, treatment }) => [uid, treatment]));
  return {
    workloads: workloads.map((each) => ({
      ...each,
      treatment: treatments.get(each.uid) ?? treatmentOfKind(each.kind),
    })),
    left: treated.left.filter(
      ({ namespace }) => namespaces.includes(namespace) && !told.includes(namespace),
    ),
  };
}

function idOfWave(number: number): string {
  return `wave-${number}`;
}

function titleOf({ namespaces, workloads, part }: WaveContent, { to }: PlanMaterial): string {
  const where = nameFew(namespaces);
  const count = describeCount(workloads.length, 'workload');
  if (part === 'rest') return `Restart the other ${count} of ${where}`;
  const move = `Move ${where} to ${to.revision} and restart ${count}`;
  return part === 'first' ? `${move} of it first` : move;
}

/** How the two waves of one parted wave hang together, where selectors moved with its first part. */
function neighbours(
  waves: readonly WaveContent[],
  index: number,
): Pick<StepOf<'wave'>, 'later' | 'selectorsOf'> {
  const [wave, before, after] = [waves[index], waves[index - 1], waves[index + 1]];
  if (wave?.part === 'first' && movesSelectors(wave) && after !== undefined) {
    // Those with a label of their own follow no selector of the wave.
    const selected = after.workloads.filter(
      ({ namespace, revisionLabel }) =>
        revisionLabel === undefined && wave.namespaces.includes(namespace),
    );
    return { later: { step: idOfWave(index + 2), workloads: selected.length } };
  }
  if (wave?.part === 'rest' && before !== undefined && movesSelectors(before)) {
    return { selectorsOf: idOfWave(index) };
  }
  return {};
}

function movesSelectors({ tagMoves, namespaceMoves }: WaveContent): boolean {
  return tagMoves.length + namespaceMoves.length > 0;
}

/** The default validator, where it sends to the old revision. */
function validatorMove({ mesh, from, to }: PlanMaterial): ValidatorMove | undefined {
  if (mesh.defaultValidatorRevision !== from.revision) return undefined;
  return { name: DEFAULT_VALIDATOR, from: from.revision, to: to.revision };
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
  material: PlanMaterial,
  waves: readonly WaveContent[],
): readonly UpgradeStep[] {
  const { mesh, from, to, old, policy } = material;
  const namespaceMoves = buildLabelRestoration(mesh, waves);
  return [
    ...defaultSteps(material, waves),
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

/** What of the default no wave has moved, and the tags that nothing uses. */
function defaultSteps(
  material: PlanMaterial,
  waves: readonly WaveContent[],
): readonly UpgradeStep[] {
  const { mesh, from, to } = material;
  const tagMoves = buildRemainingTagMoves(mesh, waves, { from: from.revision, to: to.revision });
  const isMoved = waves.some((wave) => wave.tagMoves.some(({ tag }) => tag === DEFAULT_TAG));
  const validator = isMoved ? undefined : validatorMove(material);
  if (tagMoves.length === 0 && validator === undefined) return [];
  return [
    {
      id: 'default',
      kind: 'move-default',
      tagMoves,
      ...(validator === undefined ? {} : { validator }),
      title: isMoved
        ? `Move the tags that nothing uses to ${to.revision}`
        : `Make ${to.revision} the default for injection and validation`,
      undo: { kind: 'restore-prior' },
    },
  ];
}

const NAMED_IN_A_TITLE = 5;

/** Titles travel in every history; what is beyond the first few stands in the step. */
export function nameFew(names: readonly string[]): string {
  const rest = names.length - NAMED_IN_A_TITLE;
  const few = names.slice(0, NAMED_IN_A_TITLE).join(', ');
  return rest > 0 ? `${few} and ${rest} more` : few;
}
