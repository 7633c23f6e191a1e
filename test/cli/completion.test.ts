import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { completeWords, type Completion } from '../../src/cli/completion/complete-words.ts';
import { completionScript, SHELLS } from '../../src/cli/completion/scripts.ts';
import { processIo } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { readJson, runMeshlift } from './support/run-meshlift.ts';

jest.setTimeout(30_000);

let folder: string;
let env: Record<string, string>;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-completion-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = { clusters: ['prod-eu', 'prod-us', 'test'], versions: ['1.25.1', '1.26.1'] };
const program = buildProgram(processIo(), '0.0.0', async () => undefined);

function complete(words: readonly string[]): Promise<Completion> {
  return completeWords(program, words, async () => NAMES);
}

async function valuesFor(...words: readonly string[]): Promise<readonly string[]> {
  const completion = await complete(words);
  return completion.kind === 'files' ? [] : completion.candidates.map(({ value }) => value);
}

describe('a command line goes on with', () => {
  it('every command that people see, each with its summary', async () => {
    const names = await valuesFor('');

    const shown = program.commands.map((each) => each.name()).filter((name) => name !== 'complete');
    expect(names).toEqual([...shown, 'help']);
    const summary = program.commands.find((each) => each.name() === 'inspect')?.summary();
    expect(summary).toMatch(/mesh/);
    expect(await complete(['insp'])).toEqual({
      kind: 'candidates',
      candidates: [{ value: 'inspect', description: summary }],
    });
  });

  it.each([
    ['clusters for a cluster', ['inspect', ''], NAMES.clusters],
    ['those that begin like it', ['start', 'prod-'], ['prod-eu', 'prod-us']],
    ['clusters for a run', ['watch', 't'], ['test']],
    ['nothing once the cluster is there', ['inspect', 'test', ''], []],
    ['options of the command', ['start', 'test', '--t'], ['--target', '--type', '--take-over']],
    ['options of all commands', ['inspect', '--out'], ['--output']],
    ['options before the command', ['--co'], ['--config']],
    ['configured versions', ['start', '-t', ''], NAMES.versions],
    ['the choices of an option', ['list', '--output', ''], ['text', 'json']],
    ['the choices in one word', ['list', '--output=j'], ['--output=json']],
    ['the choices as bash splits it', ['list', '--output', '='], ['text', 'json']],
    ['the choices as bash splits it', ['list', '--output', '=', 'j'], ['json']],
    ['the command after an option with its value', ['-o', 'json', 'wat'], ['watch']],
    ['the command after one in one word', ['--output=json', 'wat'], ['watch']],
    ['nothing for a text', ['pause', '--reason', ''], []],
    ['arguments alone after --', ['inspect', '--', '--o'], []],
    ['commands for help', ['help', 'wo'], ['worker']],
    ['shells', ['completion', ''], [...SHELLS]],
    ['nothing after what there is not', ['upgrade', ''], []],
    ['nothing for an option that there is not', ['list', '--nonsense=x'], []],
  ])('%s: %j', async (_what, words, expected) => {
    expect(await valuesFor(...words)).toEqual(expected);
  });

  it.each([
    [['inspect', '--config', '']],
    [['plan', '--request', './req']],
    [['start', '--plan', '']],
    [['report', 'test', '--out', '']],
  ])('files: %j', async (words) => {
    expect(await complete(words)).toEqual({ kind: 'files' });
  });
});

describe('names come', () => {
  it.each([
    [['--config', 'a.yaml', 'inspect', ''], 'a.yaml'],
    [['inspect', '--config=a.yaml', ''], 'a.yaml'],
    [['inspect', '--config', '=', 'a.yaml', ''], 'a.yaml'],
    [['inspect', ''], undefined],
  ])('of the configuration that %j means', async (words, expected) => {
    const read: (string | undefined)[] = [];

    await completeWords(program, words, async (file) => {
      read.push(file);
      return NAMES;
    });

    expect(read).toEqual([expected]);
  });
});

const has = (shell: string, ...args: readonly string[]): boolean =>
  spawnSync(shell, args, { stdio: 'ignore' }).status === 0;

describe('the script', () => {
  it.each(SHELLS)('for %s is printed as it is, or as JSON', async (shell) => {
    const text = await runMeshlift(['completion', shell]);
    const json = await runMeshlift(['completion', shell, '--output', 'json']);

    expect(text).toMatchObject({ code: 0, stdout: completionScript(shell), stderr: '' });
    expect(readJson(json)).toEqual({ kind: 'completion', shell, script: text.stdout });
  });

  it('for another shell is refused', async () => {
    expect((await runMeshlift(['completion', 'cmd'])).code).toBe(2);
  });

  for (const shell of SHELLS) {
    const isThere = has(shell, '-c', 'true');
    if (!isThere) console.log(`skipped: the syntax of the ${shell} script, for want of ${shell}`);
    (isThere ? it : it.skip)(`is good ${shell}`, () => {
      const file = path.join(folder, `meshlift.${shell}`);
      writeFileSync(file, completionScript(shell));

      const checked = spawnSync(shell, ['-n', file], { encoding: 'utf8' });

      expect([checked.status, checked.stderr]).toEqual([0, '']);
    });
  }
});

const hasBash = has('bash', '-c', 'true');
// util-linux gives bash a terminal; the `script` of other systems takes other options.
const hasTerminal = hasBash && has('script', '-qec', 'true', '/dev/null');
if (!hasBash) console.log('skipped: completion in bash, for want of bash');
if (!hasTerminal) console.log('skipped: completion at a terminal, for want of `script` or bash');

(hasBash ? describe : describe.skip)('in bash', () => {
  const starter = fileURLToPath(new URL('../../src/starter.ts', import.meta.url));
  beforeAll(() => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    // Completes like the real one, and otherwise only tells what it was called with.
    writeFileSync(
      path.join(bin, 'meshlift'),
      `#!/bin/sh\ncase $1 in complete) exec '${process.execPath}' '${starter}' "$@";; esac\necho "called: $*"\n`,
    );
    chmodSync(path.join(bin, 'meshlift'), 0o755);
    writeFileSync(
      path.join(folder, 'meshlift.yaml'),
      'apiVersion: meshlift.dev/v1alpha1\nclusters: { prod-eu: { kubeconfig: ./k }, test: { kubeconfig: ./k } }\n',
    );
    writeFileSync(path.join(folder, 'a request.json'), '{}');
    writeFileSync(path.join(folder, 'broken.yaml'), 'clusters: 1\n');
    const PATH = `${bin}:${process.env['PATH'] ?? ''}`;
    env = { PATH, HOME: folder, TERM: 'dumb', SCRIPT: completionScript('bash'), PS1: 'ready> ' };
  });

  it.each([
    ['commands', ['re'], ['reject', 'resume', 'retry', 'report']],
    ['clusters of meshlift.yaml', ['inspect', ''], ['prod-eu', 'test']],
    ['files, with spaces in their names', ['plan', '--request', 'a'], ['a request.json']],
    ['nothing of a configuration that is wrong', ['--config', 'broken.yaml', 'inspect', ''], []],
    [
      'values after an unfinished quote',
      ['pause', '--reason', '"it\'s', '--output', 'j'],
      ['json'],
    ],
    ['nothing that it would have to evaluate', ['inspect', '$(touch evaluated)'], []],
  ])('offers %s', (_what, words, expected) => {
    expect(offers(...words)).toEqual(expected);
    expect(existsSync(path.join(folder, 'evaluated'))).toBe(false);
  });

  (hasTerminal ? it : it.skip)('completes at a terminal at each Tab', async () => {
    const said = await type('meshlift insp\tpro\t\n', 'called: ');

    expect(said).toContain('called: inspect prod-eu');
  });
});

/** What the function that is registered for `meshlift` offers for these words. */
function offers(...words: readonly string[]): readonly string[] {
  const ask = [
    'set -u; eval "$SCRIPT"; eval "$SCRIPT"',
    'COMP_WORDS=(meshlift "$@"); COMP_CWORD=$#',
    '[[ $(complete -p meshlift) =~ -F\\ ([a-z_]+) ]] && "${BASH_REMATCH[1]}"',
    'printf "%s\\n" "${COMPREPLY[@]+"${COMPREPLY[@]}"}"',
  ].join('\n');
  const ran = spawnSync('bash', ['--norc', '-c', ask, 'bash', ...words], {
    ...{ cwd: folder, env, encoding: 'utf8' },
  });
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\n').filter((line) => line !== '');
}

/** Types at the prompt of a bash that has a terminal, and answers what stands there in the end. */
async function type(keys: string, until: string): Promise<string> {
  const command = 'bash --norc --noprofile -i';
  const bash = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, env });
  const closed = once(bash, 'close');
  let said = '';
  let isTyped = false;
  const told = new Promise<void>((resolve) => {
    bash.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (!isTyped && said.includes('ready> ')) {
        isTyped = true;
        bash.stdin.write(`eval "$SCRIPT"\n${keys}`);
      }
      if (said.includes(until) && said.lastIndexOf('\n') > said.lastIndexOf(until)) {
        resolve();
      }
    });
    bash.once('close', () => resolve());
  });
  await told;
  bash.stdin.end('exit\n');
  // Until then it may write into its home, which is the folder of these tests.
  await closed;
  return said;
}
