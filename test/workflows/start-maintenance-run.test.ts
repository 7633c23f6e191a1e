import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { startRun, type Started } from '../../src/activities/schedules/start-run.ts';
import { openMaintenanceStage, type MaintenanceStage } from '../support/maintenance-stage.ts';

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
if (cli === '') console.log('skipped: starting runs, because TEMPORAL_CLI_PATH is not set');
const onServer = cli === '' ? describe.skip : describe;
jest.setTimeout(90_000);

let stage: MaintenanceStage | undefined;
beforeAll(async () => {
  if (cli !== '') stage = await openMaintenanceStage(cli);
});
afterAll(() => stage?.close());

/** As the activity of one action, by the run id of its workflow. */
function startBy(actionRunId: string): Promise<Started> {
  if (stage === undefined) throw new Error('the stage is not open');
  const workflowExecution = { workflowId: 'maintenance/one', runId: actionRunId };
  const { client } = stage.env;
  const environment = new MockActivityEnvironment({ workflowExecution }, { client });
  const { config } = stage;
  return environment.run(() =>
    startRun(config, {
      cluster: 'one',
      requestedBy: 'schedule/one',
      advice: {
        kind: 'start',
        type: 'upgradeMesh',
        request: { target: '1.26.1' },
        because: '1.26.1 is the newest patch',
      },
    }),
  );
}

onServer('an action that starts a run', () => {
  it('knows the run that its own attempt before has started, and no other', async () => {
    const first = await startBy('action-1');
    const again = await startBy('action-1');
    const other = await startBy('action-2');

    expect(first).toMatchObject({ kind: 'started', workflowId: 'mesh/one' });
    expect(again).toEqual(first);
    expect(other).toMatchObject({ kind: 'open', run: { workflowId: 'mesh/one' } });
    expect(other.kind === 'open' && other.because).toContain('meshlift show mesh/one');
  });

  it('does not try again by itself what went wrong', async () => {
    const handle = stage?.env.client.workflow.getHandle('mesh/one');
    await handle?.terminate('somebody had enough');

    const again = await startBy('action-1');
    const refused = await startBy('action-3');

    // Of the one that started it, whatever became of the run meanwhile.
    expect(again).toMatchObject({ kind: 'started' });
    expect(refused).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('the last upgradeMesh to 1.26.1 ended as TERMINATED'),
    });
  });
});
