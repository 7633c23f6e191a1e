import { expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { STAGE_NAMES, STAGES } from '../../scripts/lib/stages.ts';
import { testEnvironment } from '../../scripts/lib/test-environment.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function runTests(...args: readonly string[]): ReturnType<typeof spawnSync> {
  return spawnSync(process.execPath, ['scripts/test.ts', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

it('CI runs exactly the test command of the README', () => {
  const script = readFileSync(path.join(ROOT, '.ci/run'), 'utf8');

  expect(script.trimEnd().split('\n').at(-1)).toBe('exec npm test');
  expect(statSync(path.join(ROOT, '.ci/run')).mode & 0o111).not.toBe(0);
});

it('every stage has a name of its own, in the order of the names', () => {
  expect(STAGES.map(({ name }) => name)).toEqual(STAGE_NAMES);
});

it('says which stages run by themselves, and which only where they are named', () => {
  const { stderr, status } = runTests('--help');

  expect(stderr).toContain('everything: format, lint, types, bundle, unit, e2e\n');
  expect(stderr).toContain(
    'only these stages; data-plane, ways-back, gates-and-time run only so\n',
  );
  expect(status).toBe(0);
});

it('says which stages take patterns where one of another stage was given', () => {
  const { stderr } = runTests('lint', 'pattern');

  expect(stderr).toContain(
    'expected stages, then patterns for unit, e2e, data-plane, ways-back, gates-and-time, found: lint pattern\n',
  );
});

it('closes with the counts alone on the last line of standard output', () => {
  const ran = runTests('bundle');

  expect(ran.stdout).toBe('1 passed, 0 failed, 0 skipped\n');
  expect(ran.status).toBe(0);
});

it('fails when a pattern matches no test', () => {
  const ran = runTests('unit', 'there-is-no-such-test-file');

  expect(ran.stdout?.toString().trimEnd().split('\n').at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  expect(ran.status).toBe(1);
});

it.each([[['nonsense']], [['lint', 'pattern']], [['unit', '--watch']]])(
  'refuses %j with a hint and exit code 2',
  (args) => {
    const ran = runTests(...args);

    expect(ran.stderr).toContain('npm test -- STAGE');
    expect(ran.status).toBe(2);
  },
);

it('keeps a person’s own settings from tests', () => {
  process.env['KUBECONFIG'] = '/somewhere';
  process.env['TEMPORAL_ADDRESS'] = 'production:7233';
  process.env['MESHLIFT_CONFIG'] = '/somewhere/meshlift.yaml';

  const env = testEnvironment({ marker: '1@now', temporal: '/tools/temporal' });

  delete process.env['KUBECONFIG'];
  delete process.env['TEMPORAL_ADDRESS'];
  delete process.env['MESHLIFT_CONFIG'];
  expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['KUBECONFIG']));
  expect(env).not.toHaveProperty('TEMPORAL_ADDRESS');
  expect(env).not.toHaveProperty('MESHLIFT_CONFIG');
  expect(env).toMatchObject({ TEMPORAL_CLI_PATH: '/tools/temporal', MESHLIFT_TEST_RUN: '1@now' });
});
