import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { WindowVerdict } from '../../src/domain/time/maintenance-window.ts';
import { getProgress } from '../../src/workflows/messages.ts';
import {
  openMaintenanceStage,
  QUEUE,
  type MaintenanceStage,
} from '../support/maintenance-stage.ts';
import { createScript, watchOn } from '../support/scripted-activities.ts';

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
if (cli === '') console.log('skipped: runs in windows, because TEMPORAL_CLI_PATH is not set');
const onServer = cli === '' ? describe.skip : describe;
jest.setTimeout(90_000);

const CLOSED: WindowVerdict = { kind: 'closed', because: 'no window is open (always)' };
let verdict: WindowVerdict = CLOSED;
let stage: MaintenanceStage | undefined;

const { activities } = createScript({
  cluster: 'nine',
  taskQueue: QUEUE,
  policy: {
    windows: { prepare: ['always'], controlPlane: ['always'], compensation: 'always' },
  },
  but: {
    checkWindow: async () => verdict,
    // As long as nobody tells it, the run does not look again.
    awaitWindow: async () => watchOn(),
    // It is left at its first soak.
    watchHealth: async () => watchOn(),
  },
});

beforeAll(async () => {
  if (cli !== '') stage = await openMaintenanceStage(cli, activities);
});
afterAll(() => stage?.close());

onServer('an upgrade that waits for its window', () => {
  it('goes on when the schedule acts, and not before', async () => {
    if (stage === undefined) throw new Error('the stage is not open');
    const { client } = stage.env;
    const run = await client.workflow.start('realUpgradeMesh', {
      workflowId: 'mesh/nine',
      taskQueue: QUEUE,
      args: [{ cluster: 'nine', target: '1.26.1' }],
    });
    const reach = async (isThere: (phase: string) => boolean): Promise<string> => {
      for (let look = 0; look < 200; look += 1) {
        const { phase } = await run.query(getProgress);
        if (isThere(phase)) return phase;
        await delay(100);
      }
      throw new Error(`it is at ${(await run.query(getProgress)).phase}`);
    };
    await reach((phase) => phase === 'WaitingForWindow');
    verdict = { kind: 'open' };
    // The premise: by itself it does not notice.
    await delay(1500);
    expect((await run.query(getProgress)).phase).toBe('WaitingForWindow');

    await stage.schedule('nine-always', 'nine');
    await client.schedule.getHandle('nine-always').trigger('SKIP');

    const { actions } = await stage.until('nine-always', ({ taken }) => taken === 1);
    const action = client.workflow.getHandle(actions[0]?.workflowId ?? '');
    expect(await action.result()).toMatchObject({ outcome: 'Resumed', missed: [] });
    expect(await reach((phase) => phase !== 'WaitingForWindow')).toBeDefined();
    await run.terminate('the test is over');
  });
});
