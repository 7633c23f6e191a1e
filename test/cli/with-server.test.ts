import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { readJson, runMeshlift, type Ran, type RunOptions } from './support/run-meshlift.ts';
import { startStubTemporal, type StubTemporal } from './support/server.ts';

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
if (cli === '') {
  console.log('skipped: commands against a Temporal server, because TEMPORAL_CLI_PATH is not set');
}
jest.setTimeout(120_000);

/** Without a server these are skipped, and counted as such. */
const onServer = cli === '' ? describe.skip : describe;

/** One server for all, in the order of a person's day: the tests build on each other. */
let temporal: StubTemporal | undefined;

beforeAll(async () => {
  if (cli === '') return;
  temporal = await startStubTemporal(cli);
  await answers(() => meshlift(['list']));
});
afterAll(() => temporal?.stop());

function meshlift(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const env = { TEMPORAL_ADDRESS: temporal?.address ?? '' };
  return runMeshlift(args, { ...options, cwd: '/', env });
}

function meshliftJson(...args: readonly string[]): Promise<Ran> {
  return meshlift([...args, '--output', 'json']);
}

onServer('before any run', () => {
  it('start without a worker says how to start one and starts nothing', async () => {
    const ran = await meshliftJson('start', 'demo', '--target', '1.26.1');

    expect(ran.code).toBe(6);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'NoWorker' });
    expect(ran.stderr).toContain('meshlift worker');
    expect(readJson(await meshliftJson('list'))).toEqual({ kind: 'runs', runs: [] });
  });

  it('a run that does not exist is not found', async () => {
    expect((await meshlift(['show', 'nowhere'])).code).toBe(6);
    expect((await meshlift(['watch'])).code).toBe(6);
    expect((await meshlift(['pause', 'nowhere'])).code).toBe(6);
  });

  it('start --until-gate follows the run with a line per change and returns 5 at the gate', async () => {
    await temporal?.startWorker();

    const ran = await meshlift(['start', 'demo', '--target', '1.26.1', '--until-gate']);

    expect(ran.code).toBe(5);
    expect(ran.stdout).toContain('Started mesh/demo (run ');
    expect(ran.stdout).toContain('wave-1: done: step wave-1');
    expect(ran.stdout).toContain('go on:    meshlift approve mesh/demo');
    expect(ran.stdout).not.toContain('\u001b');
  });
});

onServer('an open run', () => {
  it('a second start is refused while the run is open', async () => {
    const ran = await meshliftJson('start', 'demo', '--target', '1.27.0');

    expect(ran.code).toBe(1);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'AlreadyRunning' });
    expect(ran.stderr).toContain('meshlift watch mesh/demo');
  });

  it('list and show tell where the run stands', async () => {
    await answers(async () => listed(await meshliftJson('list', '--open')));
    const shown = await meshlift(['show']);
    const shownJson = readJson(await meshliftJson('show', 'demo'));

    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('AwaitingCompletion');
    expect(shown.stdout).toContain('The gate "complete" is open until 2999-01-01 00:00:00Z.');
    expect(shownJson).toMatchObject({ kind: 'run', status: 'RUNNING', workflowId: 'mesh/demo' });
  });

  it('a refused message ends with 1 and the words of the run', async () => {
    const ran = await meshliftJson('pause', 'demo', '--reason', 'lunch');

    expect(ran.code).toBe(1);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'MessageRefused' });
    expect(ran.stderr).toContain('nothing can be paused here');
  });

  it('Ctrl-C stops watching and leaves the run alone', async () => {
    const ran = await meshlift(['watch', 'demo'], { interruptAfter: 'is open until' });

    expect(ran.code).toBe(130);
    expect(ran.stdout).toContain('so far: 3 of 5 steps done');
    expect(ran.stdout).not.toContain('wave-1: done');
    expect(ran.stdout).toContain('The run goes on; watch it again with: meshlift watch mesh/demo');
  });

  it('approve refuses another gate than the open one, and then binds to gate and plan', async () => {
    const other = await meshlift(['approve', 'demo', '--gate', 'start']);
    const watching = meshliftJson('watch', 'demo');
    const approved = readJson(await meshliftJson('approve', 'demo', '--reason', 'CHG-4711'));
    const watched = await watching;

    expect(other.code).toBe(1);
    expect(other.stderr).toContain('the open gate is "complete", not "start"');
    expect(approved).toMatchObject({
      kind: 'message',
      message: 'approve',
      via: 'update',
      body: { gate: 'complete', planDigest: `sha256:${'a'.repeat(64)}`, reason: 'CHG-4711' },
    });
    expect(watched.code).toBe(0);
    expect(readJson(watched)).toMatchObject({
      kind: 'run-ended',
      outcome: 'Succeeded',
      exitCode: 0,
    });
  });
});

onServer('how a run ends', () => {
  it('an ended run takes no messages, and is still shown and reported', async () => {
    const late = await meshlift(['approve', 'demo']);
    const report = readJson(await meshliftJson('report', 'demo'));
    const page = await meshlift(['report', 'demo', '--format', 'markdown']);

    expect(late.code).toBe(6);
    expect(late.stderr).toContain('expected an open run, found one that has ended (COMPLETED)');
    expect(report).toMatchObject({ kind: 'report', report: { outcome: 'Succeeded' } });
    expect(page.stdout).toContain('# Upgrade of demo to 1.26.1: Succeeded');
  });

  it('watch of an ended run tells its end and nothing else', async () => {
    const ran = await meshlift(['watch', 'demo']);

    expect(ran.code).toBe(0);
    expect(ran.stdout).toBe('demo → 1.26.1: Succeeded\nReport     meshlift report mesh/demo\n');
  });

  it('reject left as a signal rolls back, which is exit code 4', async () => {
    const started = readJson(await meshliftJson('start', 'demo', '--target', '1.26.1'));
    const watching = meshlift(['watch', 'demo']);
    await meshlift(['watch', 'demo', '--until-gate']);
    const sent = readJson(await meshliftJson('reject', 'demo', '--signal', '--reason', 'no'));

    expect(started).toMatchObject({ kind: 'run-started', workflowId: 'mesh/demo', pickedUp: true });
    expect(sent).toMatchObject({ kind: 'message', message: 'reject', via: 'signal' });
    expect((await watching).code).toBe(4);
  });

  it('a request that the workflow refuses is exit code 2', async () => {
    const ran = await meshlift(['start', 'demo', '--target', '0.0.0', '--wait']);

    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain('Failed (InvalidRequest): there is no such target');
  });

  it('a report needs no worker once the run has ended, a question does', async () => {
    await meshlift(['start', 'demo', '--target', '1.26.1', '--until-gate']);
    await meshlift(['approve', 'demo']);
    await meshlift(['watch', 'demo']);
    await temporal?.stopWorker();

    const report = readJson(await meshliftJson('report', 'demo'));
    const waiting = readJson(await meshliftJson('start', 'demo', '--target', '1.26.1'));
    const unanswered = await meshliftJson('approve', 'demo');

    expect(report).toMatchObject({ report: { outcome: 'Succeeded' } });
    expect(waiting).toMatchObject({ kind: 'run-started', pickedUp: false });
    expect(unanswered.code).toBe(6);
    expect(readJson(unanswered)).toMatchObject({ kind: 'error', code: 'NoWorker' });
  });
});

function listed(ran: Ran): Ran {
  const { runs } = readJson(ran);
  return Array.isArray(runs) && runs.length > 0 ? ran : { ...ran, code: null };
}

/** Visibility and a starting server lag behind; asks until the command has something to say. */
async function answers(ask: () => Promise<Ran>): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) {
    if ((await ask()).code === 0) return;
    await delay(300);
  }
  throw new Error('expected an answer within 30 turns');
}
