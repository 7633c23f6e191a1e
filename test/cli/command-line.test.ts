import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readJson, runMeshlift } from './support/run-meshlift.ts';
import { freePort } from './support/server.ts';

const COMMANDS = [
  'inspect',
  'targets',
  'precheck',
  'plan',
  'start',
  'watch',
  'show',
  'list',
  'approve',
  'reject',
  'withdraw',
  'sign',
  'pause',
  'resume',
  'retry',
  'skip',
  'rollback',
  'abort',
  'report',
  'windows',
  'freeze',
  'schedule',
  'worker',
  'completion',
] as const;

/** One command of each kind that needs a Temporal server before anything else. */
const REMOTE = [
  ['watch', 'demo'],
  ['approve', 'demo', '--yes'],
  ['start', 'demo', '--target', '1.26.1'],
] as const;

jest.setTimeout(30_000);

let folder: string;
let nowhere: { readonly TEMPORAL_ADDRESS: string };

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-cli-'));
  nowhere = { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('help', () => {
  it.each(COMMANDS)('explains %s with an example, its JSON and the exit codes', async (name) => {
    const ran = await runMeshlift([name, '--help'], { cwd: folder });

    expect(ran.code).toBe(0);
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain(`Usage: meshlift ${name}`);
    expect(ran.stdout).toContain(`$ meshlift ${name}`);
    expect(ran.stdout).toContain('With --output json:\n  {"kind":');
    expect(ran.stdout).toContain('Exit codes: 0 done');
    expect(ran.stdout).toContain('--config <file>');
  });

  it('lists every command', async () => {
    const ran = await runMeshlift(['--help'], { cwd: folder });

    expect(ran.code).toBe(0);
    for (const name of COMMANDS) expect(ran.stdout).toContain(`\n  ${name} `);
  });

  it('is there for an installed package as well', async () => {
    const ran = await runMeshlift(['--version'], { cwd: folder, entry: 'bin/meshlift.mjs' });

    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong usage', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['upgrade']],
    ['an unknown option', ['show', '--force']],
    ['a missing argument', ['inspect']],
    ['an unknown output format', ['list', '--output', 'xml']],
    ['a limit that is no number', ['list', '--limit', 'many']],
    ['recorded runs with a filter of other runs', ['list', '--recorded', 'demo', '--open']],
    ['targets without a cluster', ['targets']],
    ['targets with a target, which it lists', ['targets', 'demo', '--target', '1.26.1']],
    ['a precheck of two clusters', ['precheck', 'demo', 'other', '--target', '1.26.1']],
    ['an override without a reason', ['plan', 'demo', '--override', 'WorkloadNotReady=x']],
  ])('refuses %s with exit code 2 and no stack trace', async (_what, args) => {
    const ran = await runMeshlift(args, { cwd: folder });

    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('a wrong request', () => {
  it.each([
    ['a version that is none', ['start', 'demo', '--target', 'newest'], '$.target'],
    ['no target', ['plan', 'demo'], '$.target: expected a value, found nothing'],
    ['a precheck of no target', ['precheck', 'demo'], '$.target: expected a value, found nothing'],
    ['a precheck of a version that is none', ['precheck', 'demo', '--target', '1.26'], '$.target'],
    ['a cluster name that is none', ['start', 'Prod_EU', '--target', '1.26.1'], '$.cluster'],
    ['a request file that is missing', ['start', '--request', 'no.yaml'], 'cannot read no.yaml'],
  ])('refuses %s before it asks anybody', async (_what, args, message) => {
    const ran = await runMeshlift([...args, '--output', 'json'], { cwd: folder, env: nowhere });

    expect(ran.code).toBe(2);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'InvalidRequest', exitCode: 2 });
    expect(ran.stderr).toContain(message);
  });

  it('refuses an unknown field of a request file, by name', async () => {
    const file = path.join(folder, 'request.yaml');
    writeFileSync(file, 'cluster: demo\ntarget: 1.26.1\nstrategy: yolo\n');

    const ran = await runMeshlift(['start', '--request', file], { cwd: folder, env: nowhere });

    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('strategy');
  });

  it.each([
    ['start', ['start', 'demo', '--target', '1.26.1']],
    ['targets', ['targets', 'demo']],
    ['precheck', ['precheck', 'demo', '--target', '1.26.1']],
  ])('refuses to %s a cluster that the configuration does not have', async (_name, command) => {
    const file = path.join(folder, 'clusters.yaml');
    writeFileSync(
      file,
      'apiVersion: meshlift.dev/v1alpha1\nclusters: { prod-eu: { kubeconfig: ./kubeconfig } }\n',
    );

    const args = [...command, '--config', file];
    const ran = await runMeshlift(args, { cwd: folder, env: nowhere });

    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/prod-eu\)?, found "demo"|unknown cluster "demo"; .* has prod-eu/);
  });
});

describe('what a command needs and does not find', () => {
  it.each([
    ['inspect', ['inspect', 'demo']],
    ['targets', ['targets', 'demo']],
    ['precheck', ['precheck', 'demo', '--target', '1.26.1']],
    ['plan', ['plan', 'demo', '--target', '1.26.1']],
  ])('%s without a configuration ends with 2 and says how to name one', async (_name, args) => {
    const ran = await runMeshlift([...args, '--output', 'json'], { cwd: folder });

    expect(ran.code).toBe(2);
    expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'InvalidConfiguration' });
    expect(ran.stderr).toContain('Name another file with --config or MESHLIFT_CONFIG');
  });

  it.each(REMOTE)(
    '%s without a Temporal server ends with 6 within ten seconds',
    async (...args) => {
      const ran = await runMeshlift([...args, '--output', 'json'], { cwd: folder, env: nowhere });

      expect(ran.code).toBe(6);
      expect(ran.seconds).toBeLessThan(10);
      expect(readJson(ran)).toMatchObject({ kind: 'error', code: 'NoConnection', exitCode: 6 });
      expect(ran.stderr).toContain(nowhere.TEMPORAL_ADDRESS);
      expect(ran.stderr).toContain('TEMPORAL_ADDRESS');
    },
  );
});
