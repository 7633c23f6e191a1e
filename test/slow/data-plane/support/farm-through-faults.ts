import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { parse, stringify } from 'yaml';
import type { BenchRig } from '../../../../bench/data-plane/bench-rig.ts';
import { startMeshlift, type Meshlift } from '../../../../bench/data-plane/meshlift-upgrade.ts';
import { figureRound, type RoundFigures } from '../../../../bench/data-plane/round-figures.ts';
import { settle } from '../../../../bench/data-plane/settle.ts';
import { takeSnapshot } from '../../../../bench/data-plane/snapshot.ts';
import { REVISIONS } from '../../../../bench/data-plane/two-revisions.ts';
import { endOfAuditLog, readAuditLog } from '../../../../bench/measure/read-audit-log.ts';
import { CLUSTER } from '../../../../rig/demo/follow-run.ts';
import type { FaultPlan, ProxiedRequest, Random } from '../../../../rig/fault-proxy/faults.ts';
import { startFaultProxy, type FaultProxy } from '../../../../rig/fault-proxy/start-fault-proxy.ts';
import { eventually } from '../../../e2e/support/eventually.ts';
import { untilStep } from '../../../e2e/support/runs.ts';

/** What the waves of one upgrade took. */
export interface WavesThroughFaults extends RoundFigures {
  /** From the first wave until the gate is open. */
  readonly wavesSeconds: number;
  /** That came to the proxies in this time, those that were broken among them. */
  readonly proxied: number;
  /** The same by who asked for what, with how many of them were broken; the most first. */
  readonly asked: readonly string[];
}

/** A farm whose worker and installer reach the API server through proxies that break what they are told to. */
export interface FaultyFarm {
  /** Upgrades up to the gate, its waves through these faults, and takes all back without them. */
  upgradeAndBack(
    plan: FaultPlan,
    whileMoving?: (proxies: FaultProxies) => () => void,
  ): Promise<WavesThroughFaults>;
  close(): Promise<void>;
}

export interface FaultProxies {
  set(plan: FaultPlan): void;
  cutWatches(): void;
}

interface Asked extends ProxiedRequest {
  readonly who: string;
}

/** Of the identities, in the order of their proxies. */
const NAMES = ['worker', 'installer'];

/** One line for each kind of request, such as `63 (12 broken) worker PATCH deployments`. */
function summarise(asked: readonly Asked[]): readonly string[] {
  const groups = Map.groupBy(asked, ({ who, method, path: url, isWatch }) => {
    const { pathname } = new URL(url, 'https://api');
    const parts = pathname.replace(/^\/(api|apis\/[^/]+)\/[^/]+\//, '').split('/');
    const names = parts[0] === 'namespaces' && parts.length > 2 ? parts.slice(2) : parts;
    const resource = names.length > 2 ? `${names[0]}/${names[2]}` : names[0];
    return `${who} ${isWatch ? 'WATCH' : method} ${resource}`;
  });
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([what, all]) => {
      const broken = all.filter(({ fault }) => fault !== undefined).length;
      return `${all.length} (${broken} broken) ${what}`;
    });
}

const PARALLEL = 10;
const PODS_PER_SECOND = 8;

export async function openFaultyFarm(rig: BenchRig, random: Random): Promise<FaultyFarm> {
  const { worker, installer } = rig.state.endpoints.kubeconfigs;
  const [ofWorker, ofInstaller] = [
    await startFaultProxy({ kubeconfig: worker, random }),
    await startFaultProxy({ kubeconfig: installer, random }),
  ];
  const meshliftConfig = writeProxied(rig, { worker: ofWorker, installer: ofInstaller });
  const { endpoints } = rig.state;
  const state = { ...rig.state, endpoints: { ...endpoints, meshliftConfig } };
  const paces = { parallel: PARALLEL, podsPerSecond: PODS_PER_SECOND };
  const meshlift = await startMeshlift({ ...rig, state, ...paces });
  const connection = await Connection.connect({ address: endpoints.temporalAddress });
  const all = [ofWorker, ofInstaller];
  const proxies: FaultProxies = {
    set: (plan) => all.forEach(({ faults }) => faults.set(plan)),
    cutWatches: () => all.forEach(({ faults }) => faults.cutWatches()),
  };
  const mark = (): (() => readonly Asked[]) => {
    const from = all.map(({ faults }) => faults.requests.length);
    return () =>
      all.flatMap(({ faults }, index) =>
        faults.requests.slice(from[index]).map((each) => ({ ...each, who: NAMES[index] ?? '?' })),
      );
  };
  return {
    upgradeAndBack: (plan, whileMoving) =>
      upgradeAndBack(
        { rig, meshlift, temporal: new Client({ connection }), proxies, mark },
        { plan, whileMoving },
      ),
    close: async () => {
      await meshlift.stop();
      await connection.close();
      await Promise.all(all.map((each) => each.close()));
    },
  };
}

/** The rig's configuration, with the files of the proxies for the identities that meshlift has. */
function writeProxied(
  { state, dir }: BenchRig,
  { worker, installer }: { readonly worker: FaultProxy; readonly installer: FaultProxy },
): string {
  const config = parse(readFileSync(state.endpoints.meshliftConfig, 'utf8')) as {
    readonly clusters: Readonly<Record<string, object>>;
  };
  const identities = {
    kubeconfig: worker.kubeconfig,
    installerKubeconfig: installer.kubeconfig,
  };
  const cluster = { ...config.clusters[CLUSTER], ...identities };
  const file = path.join(dir, 'proxied.yaml');
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    file,
    stringify({ ...config, clusters: { ...config.clusters, [CLUSTER]: cluster } }),
  );
  return file;
}

interface Stage {
  readonly rig: BenchRig;
  readonly meshlift: Meshlift;
  readonly temporal: Client;
  readonly proxies: FaultProxies;
  /** Begins to count; what came since. */
  readonly mark: () => () => readonly Asked[];
}

async function upgradeAndBack(
  { rig, meshlift, temporal, proxies, mark }: Stage,
  {
    plan,
    whileMoving,
  }: {
    readonly plan: FaultPlan;
    readonly whileMoving: Parameters<FaultyFarm['upgradeAndBack']>[1];
  },
): Promise<WavesThroughFaults> {
  const { client, state, signal, say } = rig;
  await settle(client, { log: say, signal });
  const before = await takeSnapshot(client);
  const offset = endOfAuditLog(state.endpoints.auditLog);
  const startedBy = Date.now();
  const upgrade = meshlift.run({
    workloads: before.workloads.map(({ source }) => source),
    isLast: false,
    signal,
  });
  upgrade.catch(() => undefined);
  const handle = temporal.workflow.getHandle(`mesh/${CLUSTER}`);
  await eventually(async () => (await handle.describe()).startTime.getTime() >= startedBy - 1000, {
    what: 'the upgrade has begun',
  });
  await untilStep(handle, 'verify-control-plane', ['done']);
  const [begunAt, since] = [Date.now(), mark()];
  proxies.set(plan);
  const stop = whileMoving?.(proxies);
  try {
    const run = await upgrade;
    const asked = since();
    stop?.();
    proxies.set({});
    const after = await takeSnapshot(client);
    const events = await readAuditLog(state.endpoints.auditLog, offset);
    const revision = REVISIONS.new.revision;
    const figures = figureRound({ contender: meshlift, run, revision, events, before, after });
    await run.finish();
    return {
      ...figures,
      wavesSeconds: (run.to - begunAt) / 1000,
      proxied: asked.length,
      asked: summarise(asked),
    };
  } finally {
    stop?.();
    proxies.set({});
    // One that went wrong takes all back, and the next upgrade needs the mesh.
    await handle.result().catch(() => undefined);
  }
}
