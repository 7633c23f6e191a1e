import { DEFAULT_TAG } from '../mesh/istio-labels.ts';
import { treatmentOfKind } from '../restart/treatment.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { completionSteps } from './completion-steps.ts';
import { nameFew } from './name-few.ts';
import type { PlanMaterial } from './plan-material.ts';
import type { StepOf, UpgradeStep } from './step.ts';
import { validatorMove } from './validator-move.ts';
import { waveGate } from './wave-gate.ts';
import { buildWaves, type WaveContent } from './waves.ts';

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
