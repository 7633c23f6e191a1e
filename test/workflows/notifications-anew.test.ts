import { expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import type { NotifyRequest } from '../../src/activities/notify.ts';
import { flood, historiesOf } from '../support/full-histories.ts';
import { failure } from '../support/scripted-activities.ts';
import { useLocalStage } from '../support/use-stage.ts';

const SHORT = fileURLToPath(new URL('../support/short-histories.ts', import.meta.url));

const { describeOnStage, stage } = useLocalStage('messages in many histories', {
  workflowsPath: SHORT,
});

describeOnStage('a message under way when a history ends', () => {
  it('arrives in the next one under the same id, and no gate is told of twice', async () => {
    let isAway = true;
    const heard: NotifyRequest[] = [];
    const run = await stage().begin({
      policy: {
        soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
        healthPollSeconds: 1,
        pruneGraceSeconds: 1,
      },
      notifications: [
        {
          name: 'ops',
          kind: 'slack',
          url: { kind: 'given', url: 'https://x.org' },
          tls: 'required',
        },
      ],
      but: {
        notify: async (request) => {
          if (isAway) throw failure('Transient', 'expected an answer of 2xx, found 503');
          heard.push(request);
        },
      },
    });
    await run.reach('AwaitingCompletion');
    const before = (await historiesOf(stage(), run)).length;
    await flood(stage(), run);
    isAway = false;
    await run.handle.executeUpdate('approve', { args: [{}] });
    const report = await run.result();

    expect((await historiesOf(stage(), run)).length).toBeGreaterThan(before);
    expect(heard.map(({ event }) => [event.kind, event.id])).toEqual([
      ['gate-opened', `${report.runId}-1`],
      ['done', `${report.runId}-2`],
    ]);
    expect(report).toMatchObject({ outcome: 'Succeeded' });
    expect(report.undelivered).toBeUndefined();
  });
});
