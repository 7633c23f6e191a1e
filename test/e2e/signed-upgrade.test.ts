import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { runMeshlift } from '../cli/support/run-meshlift.ts';
import { findChromium } from '../support/chromium.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { resultOf, startRun, untilGate } from './support/runs.ts';
import { openWebUi } from './support/web-ui.ts';

const RUN_TIMEOUT_MS = 240_000;

const chromium = await findChromium();
if (chromium.kind === 'missing') {
  console.log(`skipped: a signed approval out of Temporal's web UI, because ${chromium.reason}`);
}

let bench: Bench;

async function meshlift(...args: readonly string[]): Promise<string> {
  const ran = await runMeshlift(args, { cwd: bench.dir, env: bench.env });
  expect(ran).toMatchObject({ code: 0 });
  return ran.stdout.trim();
}

interface ConfigFile {
  readonly policies: { readonly demo: object };
}

/** The policy of the cluster `demo` asks for signatures, and ana alone may give them. */
function askForSignatures(): void {
  const config = parse(readFileSync(bench.configFile, 'utf8')) as ConfigFile;
  const demo = { ...config.policies.demo, approvals: { mode: 'signed' } };
  const approvers = { ana: { keys: [path.join(bench.dir, 'ana.pub')] } };
  writeFileSync(
    bench.configFile,
    stringify({ ...config, approvers, policies: { ...config.policies, demo } }),
  );
}

(chromium.kind === 'found' ? describe : describe.skip)('an upgrade of a real mesh', () => {
  beforeAll(async () => {
    bench = await openBench('signed');
    await meshlift('sign', 'keygen', '--out', 'ana');
    askForSignatures();
    bench.startWorker();
  }, SETUP_TIMEOUT_MS);

  afterAll(() => bench.close(), RUN_TIMEOUT_MS);

  it(
    'is completed once an approver has pasted a signed token into the web UI',
    async () => {
      const run = await startRun(bench);
      await untilGate(run);
      const { runId } = await run.describe();
      const token = await meshlift('sign', 'demo', '--approve', '--key', 'ana');
      const executable = chromium.kind === 'found' ? chromium.path : '';
      const ui = await openWebUi({ executable, uiUrl: bench.endpoints.temporalUi });
      const message = {
        kind: 'signal',
        workflowId: run.workflowId,
        runId,
        name: 'approve',
      } as const;
      try {
        await ui.send({ ...message, input: {} });
        await ui.send({ ...message, input: { token } });
      } finally {
        await ui.close();
      }

      const report = await resultOf(run);

      expect(report.outcome).toBe('Succeeded');
      expect(report.messages).toMatchObject([
        { message: 'approve', effect: 'ignored' },
        { message: 'approve', effect: 'accepted', by: 'ana' },
      ]);
    },
    RUN_TIMEOUT_MS,
  );
});
