import { fateOf, type LiveFate } from '../../rig/mesh/farm-live/mixed-kinds.ts';
import type {
  LiveFailure,
  LiveNamespace,
  LiveWorkload,
} from '../../rig/mesh/farm-live/plan-farm.ts';
import { createOwnerFinder } from '../measure/pod-owner.ts';
import { readPodChanges } from '../measure/pod-changes.ts';
import { endOfAuditLog, readAuditLog } from '../measure/read-audit-log.ts';
import { findRigLosses } from '../measure/rig-losses.ts';
import { countRestarts, type Restarts } from '../measure/restarts.ts';
import { withBenchRig, type BenchRig, type BenchRun } from './bench-rig.ts';
import { DATA_PLANE_DEFAULTS } from './options.ts';
import { startMeshlift, type Meshlift } from './meshlift-upgrade.ts';
import { figureRound, mostGenerations, type RoundFigures } from './round-figures.ts';
import { settle } from './settle.ts';
import { takeSnapshot, type SeenWorkload, type Snapshot } from './snapshot.ts';
import { REVISIONS } from './two-revisions.ts';

/** Why a workload of a farm has nothing on the target: how it fails, or what keeps it from moving. */
export type Shortcoming = LiveFailure | 'no-pods' | 'next-run' | 'no-proxy';

export interface MixedOptions {
  readonly workloads: number;
  /** How many of them fail with the new proxy. */
  readonly failing: number;
}

/** What one upgrade did to a farm of every kind. */
export interface MixedFigures {
  /** Of the workloads that a restart moves. */
  readonly moved: RoundFigures;
  readonly kinds: readonly SeenWorkload['kind'][];
  /** Of those that it does not touch. */
  readonly kept: Restarts;
  /** Of all: pods beyond one for each that there was, and template changes of the one that has most. */
  readonly podsMadeAgain: number;
  readonly mostGenerations: number;
  readonly budgets: number;
  readonly slow: number;
  /** Workloads that are not to get there, by `namespace/name`, with why. */
  readonly declared: ReadonlyMap<string, Shortcoming>;
  /** What the run's report names, with the reasons. */
  readonly exceptions: readonly string[];
}

/** A crash is told by itself; what never turns ready is told by this time. */
const DEADLINE = '3m';

/** Upgrades a mixed farm once, up to the gate before the old control plane goes. */
export async function measureMixed(options: MixedOptions, run: BenchRun): Promise<MixedFigures> {
  const mesh = { ...options, isMixed: true, standInProxies: true };
  return withBenchRig(mesh, run, async (rig) => {
    const { parallel, podsPerSecond } = DATA_PLANE_DEFAULTS;
    const meshlift = await startMeshlift({
      ...rig,
      ...{ parallel, podsPerSecond },
      ...{ maxFailures: options.failing, workloadDeadline: DEADLINE },
    });
    try {
      return await upgradeOnce(rig, meshlift);
    } finally {
      await meshlift.stop();
    }
  });
}

async function upgradeOnce(
  { state, client, farm, say, signal }: BenchRig,
  meshlift: Meshlift,
): Promise<MixedFigures> {
  const { auditLog } = state.endpoints;
  await settle(client, { log: say, signal });
  const before = await takeSnapshot(client);
  const offset = endOfAuditLog(auditLog);
  const workloads = before.workloads.map(({ source }) => source);
  say(`upgrading ${before.workloads.length} workloads`);
  // Its end is that of the rig: what failed keeps the old control plane in use.
  const run = await meshlift.run({ workloads, isLast: true, signal });
  const events = await readAuditLog(auditLog, offset);
  const after = await takeSnapshot(client);
  const fates = fatesOf(farm);
  const moved = { before: only(before, fates, 'moved'), after: only(after, fates, 'moved') };
  const { revision } = REVISIONS.new;
  const changes = readPodChanges(events);
  const losses = findRigLosses(events);
  const restartsOf = (all: readonly SeenWorkload[]): Restarts =>
    countRestarts(changes, { workloads: all, ownerOf: createOwnerFinder(all), losses });
  return {
    moved: figureRound({ contender: meshlift, run, revision, events, ...moved }),
    kinds: [...new Set(moved.before.workloads.map(({ kind }) => kind))],
    kept: restartsOf(only(before, fates, 'kept').workloads),
    podsMadeAgain: restartsOf(before.workloads).podsMadeAgain,
    mostGenerations: mostGenerations(before, after),
    budgets: before.budgets.length,
    ...describeFarm(farm),
    exceptions: run.exceptions ?? [],
  };
}

/** By `namespace/name`: no two workloads of a farm have the same. */
function fatesOf(farm: readonly LiveNamespace[]): ReadonlyMap<string, LiveFate> {
  return new Map(
    farm.flatMap(({ name: namespace, workloads }) =>
      workloads.map((workload) => [`${namespace}/${workload.name}`, fateOf(workload)] as const),
    ),
  );
}

function only(
  { workloads, pods, budgets }: Snapshot,
  fates: ReadonlyMap<string, LiveFate>,
  fate: LiveFate,
): Snapshot {
  const own = workloads.filter(({ namespace, name }) => fates.get(`${namespace}/${name}`) === fate);
  const ownerOf = createOwnerFinder(own);
  return { workloads: own, budgets, pods: pods.filter((pod) => ownerOf(pod) !== undefined) };
}

function describeFarm(farm: readonly LiveNamespace[]): Pick<MixedFigures, 'slow' | 'declared'> {
  const all = farm.flatMap(({ name: namespace, workloads }) =>
    workloads.map((workload) => ({ ...workload, key: `${namespace}/${workload.name}` })),
  );
  return {
    slow: all.filter(({ readyAfterSeconds }) => readyAfterSeconds !== undefined).length,
    declared: new Map(
      all.flatMap((workload): (readonly [string, Shortcoming])[] => {
        const why = workload.failsBy ?? whyNotMoved(workload);
        return why === undefined ? [] : [[workload.key, why]];
      }),
    ),
  };
}

/** A Job that has ended is nobody's exception. */
function whyNotMoved(workload: LiveWorkload): Shortcoming | undefined {
  if (workload.kind === 'CronJob') return 'next-run';
  if (workload.oddity === 'opted-out') return 'no-proxy';
  return fateOf(workload) === 'empty' ? 'no-pods' : undefined;
}
