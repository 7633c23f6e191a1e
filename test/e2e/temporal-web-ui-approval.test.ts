import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyToken } from '../../src/activities/approval/verify-token.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { runMeshlift } from '../cli/support/run-meshlift.ts';
import { freePort } from '../cli/support/server.ts';
import { findChromium } from '../support/chromium.ts';
import { printFigure } from '../support/print-figure.ts';
import { openLocalStage, type Rehearsal, type Stage } from '../support/workflow-stage.ts';
import { openWebUi, type WebUi } from './support/web-ui.ts';

/** The first start of a browser on a busy machine, after its installation. */
const SETUP_TIMEOUT_MS = 180_000;
jest.setTimeout(SETUP_TIMEOUT_MS);

const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
const chromium = await findChromium();
const missing =
  cli === ''
    ? 'TEMPORAL_CLI_PATH is not set'
    : chromium.kind === 'missing'
      ? chromium.reason
      : undefined;
if (missing !== undefined) {
  console.log(`skipped: an approval out of Temporal's web UI, because ${missing}`);
}

let folder: string;
let stage: Stage;
let ui: WebUi | undefined;
let run: Rehearsal;

/** The file names ana alone; mallory has a key as good as hers. */
function writeConfig(): string {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(
    file,
    [
      'apiVersion: meshlift.dev/v1alpha1',
      'clusters: { demo: { kubeconfig: nowhere } }',
      'approvers: { ana: { keys: [ana.pub] } }',
      '',
    ].join('\n'),
  );
  return file;
}

async function meshlift(...args: readonly string[]): Promise<string> {
  const ran = await runMeshlift(args, {
    cwd: folder,
    env: { TEMPORAL_ADDRESS: stage.env.address },
  });
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout.trim();
}

function sign(key: string): Promise<string> {
  return meshlift('sign', run.handle.workflowId, '--approve', '--key', key, '--reason', 'CHG-4711');
}

function send(kind: 'signal' | 'update', input: object): Promise<string | undefined> {
  const { workflowId, firstExecutionRunId: runId } = run.handle;
  if (ui === undefined) throw new Error('the browser is not open');
  return ui.send({ kind, workflowId, runId, name: 'approve', input });
}

async function untilNoted(count: number): Promise<void> {
  for (let look = 0; look < 100; look += 1) {
    if ((await run.report()).messages.length >= count) return;
    await stage.env.sleep('200ms');
  }
  throw new Error(`the run has not noted ${count} messages`);
}

(missing === undefined ? describe : describe.skip)('a gate that asks for a signature', () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'meshlift-web-ui-'));
    const uiPort = await freePort();
    stage = await openLocalStage(cli, { uiPort });
    for (const name of ['ana', 'mallory']) await meshlift('sign', 'keygen', '--out', name);
    const config = loadConfig(writeConfig());
    run = await stage.begin({
      policy: {
        approvals: { mode: 'signed' },
        soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
        pruneGraceSeconds: 1,
      },
      but: { verifyDecision: ({ token }) => verifyToken(config, token) },
    });
    await run.reach('AwaitingCompletion');
    const executable = chromium.kind === 'found' ? chromium.path : '';
    ui = await openWebUi({ executable, uiUrl: `http://127.0.0.1:${uiPort}` });
  }, SETUP_TIMEOUT_MS);

  afterAll(async () => {
    await ui?.close();
    await stage.close();
    rmSync(folder, { recursive: true });
  }, SETUP_TIMEOUT_MS);

  it('is not passed from the web UI without one, nor with that of a stranger', async () => {
    await send('signal', {});
    await send('signal', { token: await sign('mallory') });
    await untilNoted(2);

    expect((await run.progress()).openGate?.name).toBe('complete');
    expect((await run.report()).messages).toMatchObject([
      { effect: 'ignored', detail: expect.stringContaining('expected a signed decision') },
      { effect: 'ignored', detail: expect.stringContaining('belongs to no approver') },
    ]);
  });

  it('tells a stranger at once, where the decision comes as an Update', async () => {
    const said = await send('update', { token: await sign('mallory') });

    expect(said).toContain('belongs to no approver; expected a key of: ana');
  });

  it('is passed by a token that an approver pastes into the signal form', async () => {
    await send('signal', { token: await sign('ana') });

    const report = await run.result();

    expect(report.outcome).toBe('Succeeded');
    const counted = (effect: string): number =>
      report.messages.filter((each) => each.effect === effect).length;
    printFigure('decisions sent from a browser and refused', counted('ignored'));
    printFigure('gates passed by a token pasted into a browser', counted('accepted'));
    expect(report.messages.at(-1)).toMatchObject({
      message: 'approve',
      effect: 'accepted',
      by: 'ana',
      keyId: expect.stringMatching(/^[\w-]{43}$/),
      detail: 'gate complete approved by ana: CHG-4711',
    });
  });
});
