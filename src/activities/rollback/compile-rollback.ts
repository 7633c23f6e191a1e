import type { ClusterAccess } from '../../clients/cluster-access.ts';
import type { Finding } from '../../domain/finding.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { formatRef } from '../../domain/kubernetes-object.ts';
import type { MeshOwner } from '../../domain/mesh/observed-mesh.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import { requiredAccess } from '../../domain/planning/required-access.ts';
import type { Policy } from '../../domain/policy.ts';
import { applyOverrides } from '../../domain/preflight/evaluate-preflight.ts';
import { checkMeshBusy } from '../../domain/preflight/rules/mesh-busy.ts';
import { API_VERSION, type RollbackRequest } from '../../domain/request/request.ts';
import { chooseRun, holderOf, type Choice } from '../../domain/rollback/choose-run.ts';
import {
  isMove,
  openRemoval,
  openSteps,
  type RecordedRun,
} from '../../domain/rollback/recorded-run.ts';
import {
  removedObjects,
  rollbackSteps,
  type Present,
} from '../../domain/rollback/rollback-steps.ts';
import { oldRevisionUnable } from '../../domain/rollback/way-back-finding.ts';
import { checkAccess } from '../check-access.ts';
import { blocked, concludePlan, type Compiled, type PlanDraft } from '../conclude-plan.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import { seeWayBack } from './assess-way-back.ts';
import { readRecordedRuns } from './read-recorded-runs.ts';

export interface CompileRollback {
  readonly request: RollbackRequest;
  readonly policy: Policy;
  readonly meshNamespace: string;
  readonly runId?: string;
}

/**
 * From the record of an earlier run, which the cluster alone keeps, to the plan that takes it back, or to
 * the reasons why there is none. Reads only.
 */
export async function compileRollback(
  access: ClusterAccess,
  compileRequest: CompileRollback,
): Promise<Compiled> {
  const { request, meshNamespace, runId } = compileRequest;
  const { cluster } = request;
  const inventory = await takeInventory(access, { cluster, meshNamespace });
  const { choice, holder } = await chooseRecordedRun(access, {
    request,
    meshNamespace,
    clusterUid: inventory.mesh.clusterUid,
    owner: inventory.mesh.owner,
    runId,
  });
  switch (choice.kind) {
    case 'nothing':
      return { planned: { kind: 'nothing-to-do', findings: [choice.finding] }, inventory };
    case 'refused':
      return blocked(inventory, applyOverrides([choice.finding], request.overrides));
    case 'run':
      return planFrom({
        access,
        compileRequest,
        inventory,
        runId: choice.runId,
        hops: choice.hops,
        holder,
      });
  }
}

/** A run to take back, and the run to which the lock of the mesh belongs. */
export interface ChosenRun {
  readonly choice: Choice;
  /** The recorded run that holds the mesh, be it by a rollback of it that failed. */
  readonly holder: string | undefined;
}

/** By the records alone which run it is that a request is about. */
export async function chooseRecordedRun(
  { worker }: ClusterAccess,
  asked: {
    readonly request: Pick<RollbackRequest, 'cluster' | 'run'>;
    readonly meshNamespace: string;
    readonly clusterUid: string;
    readonly owner: MeshOwner | undefined;
    /** The run that asks: its own record is none to take back. */
    readonly runId: string | undefined;
  },
): Promise<ChosenRun> {
  const { request, meshNamespace, clusterUid, owner, runId } = asked;
  const all = await readRecordedRuns(worker, meshNamespace);
  const records = all.filter((each) => each.runId !== runId);
  // Once the lock is ours, it says whose it was.
  const holding = owner?.runId === runId ? owner?.takenOverFrom : owner?.runId;
  const holder = holderOf(records, holding);
  const choice = chooseRun(records, {
    cluster: request.cluster,
    clusterUid,
    ...(request.run === undefined ? {} : { run: request.run }),
    ...(holder === undefined ? {} : { holder }),
  });
  return { choice, holder };
}

interface Material {
  readonly access: ClusterAccess;
  readonly compileRequest: CompileRollback;
  readonly inventory: MeshInventory;
  readonly runId: string;
  /** The last one first. */
  readonly hops: readonly RecordedRun[];
  readonly holder: string | undefined;
}

async function planFrom(material: Material): Promise<Compiled> {
  const { access, compileRequest, inventory, hops } = material;
  const draft = await draftPlan(material);
  const rights = await checkAccess(access, [
    ...requiredAccess(draft),
    ...hops.flatMap((hop) => requiredAccess({ ...planOf(hop), steps: undoneBySteps(hop) })),
  ]);
  return concludePlan(draft, {
    inventory,
    findings: [...lockFindings(material), ...(await wayBackFindings(material)), ...rights],
    overrides: compileRequest.request.overrides,
  });
}

/** Only whole records are chosen. */
function planOf({ runId, plan }: RecordedRun): UpgradePlan {
  if (plan === undefined) throw new TypeError(`run ${runId} without a plan was chosen`);
  return plan;
}

/** Their undo needs the rights of the steps; what was removed is made again by a step of our own. */
function undoneBySteps(hop: RecordedRun): UpgradePlan['steps'] {
  return openSteps(hop).filter(({ kind }) => kind !== 'remove-control-plane');
}

async function draftPlan({
  access,
  compileRequest,
  inventory,
  runId,
  hops,
}: Material): Promise<PlanDraft> {
  const { request, policy, meshNamespace } = compileRequest;
  const [last, first] = [hops[0], hops.at(-1)];
  if (last === undefined || first === undefined) throw new TypeError('a run of no hop was chosen');
  const present = await Promise.all(hops.map((hop) => readPresent(access, hop)));
  return {
    apiVersion: API_VERSION,
    cluster: { name: request.cluster, uid: inventory.mesh.clusterUid },
    meshNamespace,
    strategy: 'rollback',
    from: planOf(last).to,
    to: planOf(first).from,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    takesBack: runId,
    steps: rollbackSteps(hops, new Map(present.flatMap((each) => [...each]))),
    policy,
    binaries: {},
  };
}

/** Which of the objects that the run has removed, or meant to, are there. */
async function readPresent({ installer }: ClusterAccess, hop: RecordedRun): Promise<Present> {
  const removal = openRemoval(openSteps(hop));
  if (removal === undefined) return new Map();
  const found = await Promise.all(
    removedObjects(hop, removal.id).map(
      async (ref) => [formatRef(ref), (await installer.get(ref))?.metadata.uid] as const,
    ),
  );
  return new Map(found.flatMap(([name, uid]) => (uid === undefined ? [] : [[name, uid] as const])));
}

/** The lock of the very run that is taken back does not stand in its way; claiming it tells whether that run has ended. */
function lockFindings({
  compileRequest,
  inventory,
  runId: takenBack,
  holder,
}: Material): readonly Finding[] {
  const { request, runId } = compileRequest;
  const { mesh } = inventory;
  const takeOver = holder === takenBack ? mesh.owner?.runId : request.takeOver;
  return checkMeshBusy({
    mesh,
    ...(runId === undefined ? {} : { runId }),
    ...(takeOver === undefined ? {} : { takeOver }),
  });
}

/** As long as nothing has moved, or what is returned to is made again, nothing depends on it. */
async function wayBackFindings({
  access,
  compileRequest,
  inventory,
  hops,
}: Material): Promise<readonly Finding[]> {
  const [last] = hops;
  if (last?.plan?.strategy !== 'canary') return [];
  const open = openSteps(last);
  if (openRemoval(open) !== undefined || !open.some(isMove)) return [];
  const { cluster } = compileRequest.request;
  const verdict = await seeWayBack(access, {
    runId: last.runId,
    workflowId: '',
    cluster,
    clusterUid: inventory.mesh.clusterUid,
    meshNamespace: compileRequest.meshNamespace,
    ...(last.hop === undefined ? {} : { hop: last.hop }),
  });
  return oldRevisionUnable(verdict, { revision: last.plan.from.revision, cluster });
}
