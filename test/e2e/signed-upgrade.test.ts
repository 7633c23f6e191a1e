import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { runMeshlift } from '../cli/support/run-meshlift.ts';
import { findChromium } from '../support/chromium.ts';
import { printFigure } from '../support/print-figure.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';
import {
  progressOf,
  resultOf,
  startRun,
  untilGate,
  type Handle,
  type ReportView,
} from './support/runs.ts';
import { openWebUi } from './support/web-ui.ts';

const RUN_TIMEOUT_MS = 240_000;
const QUORUM = 2;
/** With their roles. */
const PEOPLE = { ana: ['admins'], ben: ['admins'], cyd: ['on-call'] } as const;

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

/** The policy of the cluster `demo` asks for the signatures of two admins; cyd is none. */
function askForSignatures(): void {
  const config = parse(readFileSync(bench.configFile, 'utf8')) as ConfigFile;
  const demo = {
    ...config.policies.demo,
    approvals: { mode: 'signed' },
    gates: { complete: { expires: '1h', quorum: QUORUM, roles: ['admins'] } },
  };
  const approvers = Object.fromEntries(
    Object.entries(PEOPLE).map(([name, roles]) => [
      name,
      { keys: [path.join(bench.dir, `${name}.pub`)], roles },
    ]),
  );
  writeFileSync(
    bench.configFile,
    stringify({ ...config, approvers, policies: { ...config.policies, demo } }),
  );
}

function sign(name: keyof typeof PEOPLE): Promise<string> {
  return meshlift('sign', 'demo', '--approve', '--key', name);
}

/** As the plan has it that was carried out. */
async function quorumOf(run: Handle): Promise<number> {
  const { policy } = await run.query<{
    readonly policy: { readonly gates: { readonly complete: { readonly quorum: number } } };
  }>('getPlan');
  return policy.gates.complete.quorum;
}

async function untilNoted(run: Handle, count: number): Promise<void> {
  await eventually(
    async () => (await run.query<ReportView>('getReport')).messages.length >= count,
    { what: `the run has noted ${count} messages` },
  );
}

(chromium.kind === 'found' ? describe : describe.skip)('an upgrade of a real mesh', () => {
  beforeAll(async () => {
    bench = await openBench('signed');
    for (const name of Object.keys(PEOPLE)) await meshlift('sign', 'keygen', '--out', name);
    askForSignatures();
    bench.startWorker();
  }, SETUP_TIMEOUT_MS);

  afterAll(() => bench.close(), RUN_TIMEOUT_MS);

  it(
    'is completed once two approvers have signed, one of them by a token pasted into the web UI',
    async () => {
      const run = await startRun(bench);
      await untilGate(run);
      const { runId } = await run.describe();
      const executable = chromium.kind === 'found' ? chromium.path : '';
      const ui = await openWebUi({ executable, uiUrl: bench.endpoints.temporalUi });
      const { workflowId } = run;
      const message = { kind: 'signal', workflowId, runId, name: 'approve' } as const;
      try {
        await ui.send({ ...message, input: {} });
        await ui.send({ ...message, input: { token: await sign('cyd') } });
        await ui.send({ ...message, input: { token: await sign('ana') } });
        await untilNoted(run, 3);
        // The same person once more, with a token of her own.
        await ui.send({ ...message, input: { token: await sign('ana') } });
        await untilNoted(run, 4);
      } finally {
        await ui.close();
      }
      const { openGate } = await progressOf(run);
      await meshlift('approve', 'demo', '--token', await sign('ben'), '--yes');

      const report = await resultOf(run);

      expect(openGate?.name).toBe('complete');
      expect(report.outcome).toBe('Succeeded');
      expect(report.messages).toMatchObject([
        { effect: 'ignored', detail: expect.stringContaining('expected a signed decision') },
        { effect: 'ignored', by: 'cyd', detail: expect.stringContaining('roles admins') },
        { effect: 'accepted', by: 'ana' },
        {
          effect: 'ignored',
          by: 'ana',
          detail: expect.stringContaining('ana approved gate complete'),
        },
        { effect: 'accepted', by: 'ben' },
      ]);
      const approved = report.messages.filter(({ effect }) => effect === 'accepted');
      printFigure('quorum of the signed upgrade', await quorumOf(run));
      printFigure('approvals of the signed upgrade', approved.map(({ by }) => by).join(', '));
      printFigure(
        'decisions on the signed upgrade that did not count',
        report.messages.length - approved.length,
      );
      printFigure('outcome of the signed upgrade', report.outcome);
    },
    RUN_TIMEOUT_MS,
  );
});
