import { setTimeout as delay } from 'node:timers/promises';
import { startStandIns, type StandInProcess } from './ads-stand-in/start.ts';
import { startControllers } from './controllers/start-controllers.ts';
import { startCluster, installSampleMesh, type Cluster } from './kubernetes/index.ts';
import type { Part } from './kubernetes/control-plane.ts';
import { linkTools } from './environment.ts';
import { writeMeshliftConfig } from './meshlift-config.ts';
import { STARTING_MESH, UNREVISIONED } from './mesh/starting-mesh.ts';
import { createPortAllocator } from './ports.ts';
import { createSpawn, reapRecorded, type Spawn } from './process.ts';
import { isSameProcess, type ProcessIdentity } from './process-identity.ts';
import { clearState, type RigEndpoints, type RigExtras } from './rig-state.ts';
import { StatusBoard } from './status-board.ts';
import { createLog, type Log } from './log.ts';
import { startTemporal, type TemporalServer } from './temporal/dev-server.ts';
import { digestOf } from './tools/build-family.ts';
import type { ToolPaths } from './tools/tool-paths.ts';

export interface RigRequest extends RigExtras {
  readonly name: string;
  readonly bare: boolean;
  readonly stateDir: string;
  readonly tools: ToolPaths;
  /** The rig ends itself when this process is gone. */
  readonly owner?: ProcessIdentity;
}

const STATUS_INTERVAL_MS = 3_000;
const OWNER_INTERVAL_MS = 1_000;
const STOP_TIMEOUT_MS = 20_000;

/** Brings the rig up, holds it until the signal, takes it down; resolves when nothing of it is left. */
export async function superviseRig(request: RigRequest, signal: AbortSignal): Promise<void> {
  const log = createLog(request.stateDir);
  const board = new StatusBoard(request, log);
  const stopped = AbortSignal.any([signal, ...ownerGone(request, log)]);
  const rig: HeldRig = {};
  try {
    board.ready(await bringUp(request, { board, log, rig, signal: stopped }));
    await hold(rig, { board, log, signal: stopped });
    board.stopping();
  } catch (error) {
    if (stopped.aborted) board.stopping();
    else board.failed(error);
  } finally {
    await takeDown(rig, log);
    const left = await reapRecorded(request.stateDir);
    log(left.length > 0 ? `down; had to end ${left.join(', ')}` : 'down');
    // A failed one stays on record until the next `up` or `down`, with its reason.
    if (stopped.aborted) clearState(request.stateDir);
  }
}

interface HeldRig {
  cluster?: Cluster;
  temporal?: TemporalServer;
  standIns?: StandInProcess;
  controllers?: readonly Part[];
}

interface Holding {
  readonly board: StatusBoard;
  readonly log: Log;
  readonly signal: AbortSignal;
}

async function bringUp(
  request: RigRequest,
  { board, log, rig, signal: stop }: Holding & { rig: HeldRig },
): Promise<RigEndpoints> {
  const { stateDir: dir, tools } = request;
  const failure = new AbortController();
  const signal = AbortSignal.any([stop, failure.signal]);
  const ports = createPortAllocator(dir);
  const spawn = announceEnds(createSpawn({ stateDir: dir }), { log, signal });
  const common = { dir, ports, spawn, signal };

  async function temporalUp(): Promise<TemporalServer> {
    rig.temporal = await startTemporal({ ...common, binary: tools.temporal });
    board.set(await rig.temporal.status());
    return rig.temporal;
  }
  async function clusterUp(): Promise<Cluster> {
    const report = (line: string) => board.progress('kubernetes', line);
    const { auditsPods = false } = request;
    const options = { ...common, tools, auditsPods, log: report };
    rig.cluster = await startCluster(options);
    board.set({ name: 'kubernetes', state: 'ready', detail: rig.cluster.apiServer });
    if (!request.bare) {
      const meshLog = (line: string) => board.progress('mesh', line);
      await installSampleMesh(
        rig.cluster,
        { ...options, log: meshLog },
        request.unrevisioned === true ? UNREVISIONED : STARTING_MESH.revision,
      );
      board.set({ name: 'mesh', state: 'ready', detail: 'sample mesh in place' });
    }
    const { controllers = [] } = request;
    rig.controllers = await startControllers(controllers, { cluster: rig.cluster, options });
    for (const part of rig.controllers) board.set(await part.status());
    if (request.standInProxies === true) await standInsUp(rig.cluster);
    return rig.cluster;
  }
  async function standInsUp({ kubeconfigs }: Cluster): Promise<void> {
    const standInLog = (line: string) => board.progress('stand-in-proxies', line);
    const options = { ...common, log: standInLog };
    rig.standIns = await startStandIns(options, { kubeconfig: kubeconfigs.rig });
    board.set(await rig.standIns.status());
  }
  const [temporal, cluster] = await settleBoth([temporalUp(), clusterUp()], failure);
  return describeEndpoints(request, { temporal, cluster, standIns: rig.standIns });
}

/** Neither may still be starting things while the other's failure is being cleaned up. */
async function settleBoth<A, B>(
  [first, second]: [Promise<A>, Promise<B>],
  failure: AbortController,
): Promise<[A, B]> {
  const both = Promise.all([first, second]);
  both.catch(() => failure.abort());
  await Promise.allSettled([first, second]);
  return both;
}

function describeEndpoints(
  { stateDir, tools }: RigRequest,
  rig: { temporal: TemporalServer; cluster: Cluster; standIns: StandInProcess | undefined },
): RigEndpoints {
  const { temporal, cluster, standIns } = rig;
  const { kubeconfigs } = cluster;
  const istioctl = Object.values(tools.istio).map((istio) => ({
    version: istio.version,
    path: istio.istioctl,
    sha256: digestOf(istio.istioctl),
  }));
  return {
    apiServer: cluster.apiServer,
    kubeconfigs,
    auditLog: cluster.auditLog,
    temporalAddress: temporal.address,
    temporalUi: temporal.uiUrl,
    meshliftConfig: writeMeshliftConfig(stateDir, {
      kubeconfigs,
      istioctl,
      temporalUi: temporal.uiUrl,
      standInProxies: standIns !== undefined,
    }),
    binDir: linkTools(stateDir, tools),
    ...(standIns === undefined ? {} : { standInProxies: standIns.url }),
  };
}

async function hold(rig: HeldRig, { board, log, signal }: Holding) {
  const { cluster, temporal, standIns, controllers = [] } = rig;
  while (!signal.aborted) {
    try {
      const parts = [...((await cluster?.status()) ?? [])];
      for (const controller of controllers) parts.push(await controller.status());
      if (temporal !== undefined) parts.push(await temporal.status());
      if (standIns !== undefined) parts.push(await standIns.status());
      board.replace(parts);
    } catch (error) {
      log(`status could not be read: ${String(error)}`);
    }
    await delay(STATUS_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** A part that stops before it is asked to must show in the log, whoever started it. */
function announceEnds(spawn: Spawn, { log, signal }: { log: Log; signal: AbortSignal }): Spawn {
  return async (options) => {
    const running = await spawn(options);
    log(`${running.name} started, pid ${running.pid}`);
    let asked = false;
    void running.exited.then((code) => {
      const how = code === null ? 'by a signal' : `with exit code ${code}`;
      log(`${running.name} ended ${how}${asked || signal.aborted ? '' : ', unasked'}`);
    });
    const stop = () => {
      asked = true;
      return running.stop();
    };
    return { ...running, stop };
  };
}

async function takeDown(rig: HeldRig, log: Log): Promise<void> {
  const { cluster, temporal, standIns, controllers = [] } = rig;
  const clients = [standIns, ...controllers].map((each) => each?.stop());
  const stops = Promise.allSettled([...clients, cluster?.stop(), temporal?.stop()]);
  const outcomes = await Promise.race([
    stops,
    delay(STOP_TIMEOUT_MS, [{ status: 'rejected', reason: 'took too long' } as const], {
      ref: false,
    }),
  ]);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') log(`stopping: ${String(outcome.reason)}`);
  }
}

/** Aborts when the owner ends, however it ends; nothing when there is no owner. */
function ownerGone({ owner }: RigRequest, log: Log): AbortSignal[] {
  if (owner === undefined) return [];
  const gone = new AbortController();
  const timer = setInterval(() => {
    if (isSameProcess(owner)) return;
    clearInterval(timer);
    log(`process ${owner.pid}, which owns this rig, is gone`);
    gone.abort();
  }, OWNER_INTERVAL_MS);
  timer.unref();
  return [gone.signal];
}
