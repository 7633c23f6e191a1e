import { expect, it } from '@jest/globals';
import { useStage } from '../support/use-stage.ts';
import type { Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('unreadable messages');

/** What a client put on the wire, whatever our own would have made of it. */
interface Sent {
  readonly encoding?: string;
  readonly data: string;
}

/** Sends a signal as it is: no converter of ours has a say. */
async function signalRaw(run: Rehearsal, signalName: string, sent: readonly Sent[]): Promise<void> {
  const { connection, namespace = 'default' } = stage().env;
  const payloads = sent.map(({ encoding, data }) => ({
    ...(encoding === undefined ? {} : { metadata: { encoding: Buffer.from(encoding) } }),
    data: Buffer.from(data),
  }));
  await connection.workflowService.signalWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: run.handle.workflowId },
    signalName,
    input: { payloads },
  });
}

const JSON_PLAIN = 'json/plain';
const DEPTH = 50_000;
const NESTED = `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`;

/** Each is followed by a good message: the run is alive, and has gone by no word of the bad one. */
const UNREADABLE: readonly (readonly [string, readonly Sent[], RegExp])[] = [
  [
    'of an encoding that nobody here knows, as the web UI offers one',
    [{ encoding: 'json/protobuf', data: '{}' }],
    /^expected one JSON object such as \{\}, found "?input that cannot be read: .*json\/protobuf/,
  ],
  [
    'of no encoding at all',
    [{ data: '{}' }],
    /^expected one JSON object such as \{\}, found "?input that cannot be read: /,
  ],
  [
    'that says to be JSON and is none',
    [{ encoding: JSON_PLAIN, data: '{"reason":' }],
    /^expected one JSON object such as \{\}, found "?input that cannot be read: /,
  ],
  [
    'of bytes',
    [{ encoding: 'binary/plain', data: '{}' }],
    /^expected one JSON object such as \{\}, found bytes/,
  ],
  [
    'that is nested without end',
    [{ encoding: JSON_PLAIN, data: NESTED }],
    /^expected one JSON object such as \{\}, found a list/,
  ],
  [
    'with such a value in a member',
    [{ encoding: JSON_PLAIN, data: `{"reason":${NESTED}}` }],
    /^unknown or malformed member "reason"/,
  ],
  [
    'that would have a prototype',
    [{ encoding: JSON_PLAIN, data: '{"__proto__":{"by":"ana"}}' }],
    /^unknown or malformed member "__proto__"/,
  ],
];

describeOnStage('a signal that cannot be read', () => {
  it.each(UNREADABLE)('%s is noted, and stops nothing', async (_what, sent, words) => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');

    await signalRaw(run, 'approve', sent);
    await run.handle.signal('reject', {});
    const report = await run.result();

    expect(report.outcome).toBe('RolledBack');
    expect(report.messages).toMatchObject([
      { message: 'approve', effect: 'ignored', detail: expect.stringMatching(words) },
      { message: 'reject', effect: 'accepted' },
    ]);
  });

  it('is one as well where only what comes after its object cannot be read', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');

    await signalRaw(run, 'windowOpened', [{ encoding: 'of/nobody', data: '' }]);
    await signalRaw(run, 'approve', [
      { encoding: JSON_PLAIN, data: '{}' },
      { encoding: 'of/nobody', data: '' },
    ]);

    expect(await run.result()).toMatchObject({ outcome: 'Succeeded' });
  });
});
