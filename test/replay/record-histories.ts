/**
 * Records the histories that the replay test reads: those that are named, or all; see README.md beside
 * this file.
 */
import { fileURLToPath } from 'node:url';
import { openMaintenanceStage } from '../support/maintenance-stage.ts';
import { findTimeSkippingServer } from '../support/time-skipping-server/install.ts';
import { writeHistory } from '../support/replay-history.ts';
import { openGateOf } from '../support/open-gate.ts';
import { failure, untilAsked } from '../support/scripted-activities.ts';
import { tokenOf } from '../support/scripted-tokens.ts';
import { createTimedCluster } from '../support/timed-activities.ts';
import {
  openLocalStage,
  openTimeSkippingStage,
  type Plot,
  type Rehearsal,
} from '../support/workflow-stage.ts';

const server = await findTimeSkippingServer();
if (server.kind === 'missing') throw new Error(server.reason);
const stage = await openTimeSkippingStage(server.path);
const wanted = process.argv.slice(2);

async function record(
  name: string,
  plot: Plot,
  play: (run: Rehearsal) => Promise<unknown>,
): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(name)) return;
  const run = await stage.begin(plot);
  await play(run);
  await run.result().catch(() => undefined);
  writeHistory(name, await run.handle.fetchHistory());
  console.log(`recorded ${name}`);
}

async function decide(run: Rehearsal, decision: 'approve' | 'reject'): Promise<void> {
  await run.reach('AwaitingCompletion');
  await run.handle.executeUpdate(decision, { args: [{ reason: 'recorded' }] });
}

const nothing = async (): Promise<void> => undefined;

await record('succeeded', {}, (run) => decide(run, 'approve'));
await record(
  'approved-by-two',
  {
    policy: {
      approvals: { mode: 'signed' },
      gates: {
        wave: { expiresSeconds: 3600, before: 'first' },
        complete: { expiresSeconds: 3600, quorum: 2, roles: ['admins'] },
        halt: { roles: ['on-call'] },
      },
    },
  },
  async (run) => {
    const sign = async (
      approver: 'ana' | 'ben' | 'cyd',
      decision: 'approve' | 'withdraw' | 'resume',
    ): Promise<unknown> =>
      run.handle
        .executeUpdate(decision, { args: [{ token: await tokenOf(run, approver, decision) }] })
        .catch(() => undefined);
    await openGateOf(stage, run, 'wave-1');
    await sign('cyd', 'approve');
    await openGateOf(stage, run, 'complete');
    await run.handle.executeUpdate('pause', { args: [{ by: 'cyd' }] });
    await sign('ana', 'resume');
    await sign('cyd', 'resume');
    await sign('cyd', 'approve');
    await sign('ana', 'approve');
    await sign('ana', 'withdraw');
    await run.handle.signal('approve', { token: await tokenOf(run, 'ana', 'approve') });
    await sign('ben', 'approve');
  },
);
await record('rejected', {}, (run) => decide(run, 'reject'));
await record('expired', {}, (run) => run.reach('AwaitingCompletion'));
await record(
  'blocked',
  { but: { planUpgrade: async () => ({ kind: 'blocked', findings: [] }) } },
  nothing,
);
await record(
  'rolled-back-by-health',
  {
    but: {
      watchHealth: async () => ({
        status: 'Degraded',
        conditions: [{ type: 'PodsRun', status: 'Degraded', message: 'shop/cart-1 crashes' }],
      }),
    },
  },
  nothing,
);
await record('cancelled', {}, async (run) => {
  await run.reach('AwaitingCompletion');
  await run.handle.cancel();
});
let waves = 0;
await record(
  'paused-and-resumed',
  {
    but: {
      restartWorkloads: async () => {
        waves += 1;
        if (waves > 1) return { finished: true, done: 2, total: 2, begun: {}, pods: 4 };
        await untilAsked();
        return { finished: false, done: 1, total: 2, begun: {}, pods: 2 };
      },
    },
  },
  async (run) => {
    await run.reach('MovingWorkloads');
    await run.script.begun('restartWorkloads wave-1');
    await run.handle.executeUpdate('pause', { args: [{ reason: 'recorded' }] });
    await run.handle.executeUpdate('resume', { args: [{}] });
    await decide(run, 'approve');
  },
);
const nights = await createTimedCluster(stage, {
  begin: '2026-11-24T22:30:00Z',
  windows: [
    {
      name: 'nights',
      timeZone: 'UTC',
      rule: { kind: 'weekly', days: ['tue', 'thu'], every: 1 },
      start: '22:00',
      durationSeconds: 4 * 3600,
      except: [],
    },
  ],
  hoursOf: { 'wave-1': 10, 'wave-2': 10 },
});
await record(
  'waited-for-windows',
  {
    policy: { windows: { dataPlane: ['nights'], compensation: 'window' } },
    but: nights.activities,
  },
  async (run) => {
    // Amid the first wave, paused meanwhile; then until the next windows, and for the way back.
    await run.reach('WaitingForWindow');
    await run.handle.executeUpdate('pause', { args: [{ reason: 'recorded' }] });
    await run.reach('Paused');
    await run.handle.executeUpdate('resume', { args: [{}] });
    await run.handle.signal('windowOpened', { window: 'nights' });
  },
);
await record(
  'halted',
  {
    but: {
      verifyMesh: async () => {
        throw failure('Unhealthy', 'a tag still points to 1-25-1');
      },
    },
  },
  async (run) => {
    await decide(run, 'approve');
    await run.reach('Halted');
    await run.handle.executeUpdate('abort', { args: [{ leave: true }] });
  },
);
await record('downgraded', { type: 'downgradeMesh', request: { target: '1.25.1' } }, (run) =>
  decide(run, 'approve'),
);
await record('refreshed', { type: 'refreshProxies' }, nothing);
let refused = 0;
await record(
  'refresh-halted-and-retried',
  {
    type: 'refreshProxies',
    but: {
      restartWorkloads: async () => {
        refused += 1;
        if (refused === 1) throw failure('Unhealthy', 'shop/cart is in CrashLoopBackOff');
        return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
      },
    },
  },
  async (run) => {
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{}] });
  },
);
await record(
  'refresh-nothing-to-do',
  {
    type: 'refreshProxies',
    but: { planRefresh: async () => ({ kind: 'nothing-to-do', findings: [] }) },
  },
  nothing,
);
await record('rollback', { type: 'rollbackMesh' }, nothing);
let unhealthy = 0;
await record(
  'rollback-halted-and-retried',
  {
    type: 'rollbackMesh',
    but: {
      undoRecordedStep: async ({ step }) => {
        if (step !== 'undo-wave-2' || unhealthy > 1) return { reverted: 1, foreign: [] };
        unhealthy += 1;
        throw failure('Unhealthy', 'pods do not come back');
      },
    },
  },
  async (run) => {
    await run.reach('Halted');
    await run.handle.executeUpdate('retry', { args: [{}] });
  },
);
await record(
  'without-way-back',
  {
    but: {
      assessWayBack: async () => ({
        status: 'Degraded',
        conditions: [
          { type: 'ControlPlaneAvailable', status: 'Degraded', message: '1-25-1 is not there' },
        ],
      }),
    },
  },
  async (run) => {
    await decide(run, 'reject');
    await run.reach('Halted');
    await run.handle.executeUpdate('rollback', { args: [{ reason: 'recorded' }] });
  },
);
await stage.close();

await recordContinued();
await recordMaintenance();

/** On Temporal's own server: the other one skips no time any more once a run went on in a new history. */
async function recordContinued(): Promise<void> {
  if (wanted.length > 0 && !wanted.includes('continued')) return;
  const cli = process.env['TEMPORAL_CLI_PATH'];
  if (cli === undefined) throw new Error('TEMPORAL_CLI_PATH is to name the Temporal CLI');
  const workflowsPath = fileURLToPath(new URL('./continuing-workflows.ts', import.meta.url));
  const local = await openLocalStage(cli, { workflowsPath });
  const soakSeconds = { controlPlane: 1, wave: 1, mesh: 1 };
  const policy = { soakSeconds, healthPollSeconds: 1, pruneGraceSeconds: 1 };
  const run = await local.begin({ policy });
  await decide(run, 'approve');
  await run.result();
  // Without a run id: the last of its histories.
  const { client } = local.env;
  writeHistory('continued', await client.workflow.getHandle(run.handle.workflowId).fetchHistory());
  console.log('recorded continued');
  await local.close();
}

/** What a schedule starts; schedules are there on Temporal's own server alone. */
async function recordMaintenance(): Promise<void> {
  if (wanted.length > 0 && !wanted.includes('maintenance-started')) return;
  const cli = process.env['TEMPORAL_CLI_PATH'];
  if (cli === undefined) throw new Error('TEMPORAL_CLI_PATH is to name the Temporal CLI');
  const local = await openMaintenanceStage(cli);
  local.advise('one', async () => ({
    kind: 'start',
    type: 'upgradeMesh',
    request: { target: '1.26.1' },
    because: '1.26.1 is the newest patch of 1.26, 1.26.0 runs',
  }));
  const { client } = local.env;
  await local.schedule('recorded', 'one');
  await client.schedule.getHandle('recorded').trigger('SKIP');
  const { actions } = await local.until('recorded', ({ taken }) => taken === 1);
  const [action] = actions;
  if (action === undefined) throw new Error('the schedule has not acted');
  const handle = client.workflow.getHandle(action.workflowId, action.runId);
  await handle.result();
  writeHistory('maintenance-started', await handle.fetchHistory());
  console.log('recorded maintenance-started');
  await local.close();
}
