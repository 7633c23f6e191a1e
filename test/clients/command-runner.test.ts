import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, redactArguments } from '../../src/clients/command-error.ts';
import { createCommandRunner, type CommandRequest } from '../../src/clients/command-runner.ts';
import { CONTAINMENTS, detectContainment } from '../../src/clients/die-with-worker.ts';

const NODE = process.execPath;
const RUNNER = fileURLToPath(new URL('../../src/clients/command-runner.ts', import.meta.url));
const directories: string[] = [];

afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'meshlift-test-'));
  directories.push(directory);
  return directory;
}

function request(script: string, more: Partial<CommandRequest> = {}): CommandRequest {
  return {
    command: NODE,
    args: ['-e', script],
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...more,
  };
}

/** Writes its own process id and then stays. */
function stayingScript(pidFile: string): string {
  return `require('fs').writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1000)`;
}

async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error('did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function readPid(file: string): Promise<number> {
  await waitUntil(async () => (await readFile(file, 'utf8').catch(() => '')) !== '');
  return Number(await readFile(file, 'utf8'));
}

const OFFERED = CONTAINMENTS.filter((name) => name === 'watchdog' || name === detectContainment());

describe.each(OFFERED)('what a command gets and gives, with %s', (containment) => {
  const runner = createCommandRunner({ containment });

  it('gives back output and standard input as they are', async () => {
    const result = await runner.run(
      request('process.stdin.pipe(process.stdout); console.error("e")', { stdin: 'grüße\n' }),
    );

    expect(result).toEqual({ stdout: 'grüße\n', stderr: 'e\n', exitCode: 0 });
  });

  it.each(['$(touch /tmp/never)', '; echo x', 'two\nlines', '`id`', '*', "it's", '', '-- --x'])(
    'hands over the argument %j literally',
    async (argument) => {
      const script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';

      const { stdout } = await runner.run(
        request('', { args: ['-e', script, '--', argument, 'last'] }),
      );

      expect(JSON.parse(stdout)).toEqual([argument, 'last']);
    },
  );

  it('lets in PATH, HOME and what is given, and nothing else', async () => {
    process.env['MESHLIFT_TEST_SECRET'] = 'x';

    const { stdout } = await runner.run(
      request('console.log(JSON.stringify(Object.keys(process.env).sort()))', {
        env: { GIVEN: '1' },
      }),
    );

    delete process.env['MESHLIFT_TEST_SECRET'];
    expect(stdout.trim()).toBe('["GIVEN","HOME","PATH"]');
  });
});

describe.each(OFFERED)('how a command ends before its time, with %s', (containment) => {
  const runner = createCommandRunner({ containment });

  it('kills at the deadline, descendants too', async () => {
    const file = path.join(await temporaryDirectory(), 'pid');
    const script = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stayingScript(file))}], {stdio: 'inherit'})`;
    const running = runner.run(request(script, { timeoutMs: 1_500 }));

    await expect(running).rejects.toMatchObject({
      failure: 'deadline',
      timedOut: true,
      command: NODE,
    });
    const pid = await readPid(file);
    await waitUntil(() => !isAlive(pid));
  });

  it('kills on abort and throws the reason, once the command is gone', async () => {
    const file = path.join(await temporaryDirectory(), 'pid');
    const controller = new AbortController();
    const running = runner.run(request(stayingScript(file), { signal: controller.signal }));
    const pid = await readPid(file);

    controller.abort(new Error('paused by a person'));

    await expect(running).rejects.toThrow('paused by a person');
    expect(isAlive(pid)).toBe(false);
  });

  it('starts nothing when aborted already', async () => {
    const file = path.join(await temporaryDirectory(), 'pid');

    const running = runner.run(
      request(stayingScript(file), { signal: AbortSignal.abort(new Error('too late')) }),
    );

    await expect(running).rejects.toThrow('too late');
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends a command that writes more than allowed', async () => {
    const endless = 'for (;;) require("fs").writeSync(1, "x".repeat(4096))';

    const running = runner.run(request(endless, { maxOutputBytes: 100_000 }));

    await expect(running).rejects.toMatchObject({ failure: 'output-too-large' });
  });

  it('dies with its parent when that is killed with SIGKILL', async () => {
    const directory = await temporaryDirectory();
    const file = path.join(directory, 'pid');
    const worker = path.join(directory, 'worker.ts');
    await writeFile(
      worker,
      `import { createCommandRunner } from ${JSON.stringify(RUNNER)};
         await createCommandRunner({ containment: ${JSON.stringify(containment)} }).run(${JSON.stringify(
           { command: NODE, args: ['-e', stayingScript(file)], timeoutMs: 60_000 },
         ).slice(0, -1)}, signal: new AbortController().signal });`,
    );
    const parent = spawn(NODE, [worker], { stdio: 'ignore' });
    const pid = await readPid(file);
    expect(isAlive(pid)).toBe(true);

    parent.kill('SIGKILL');

    await waitUntil(() => !isAlive(pid));
  });
});

describe('a command that fails', () => {
  const runner = createCommandRunner();

  it('says what it ran, its exit code and its last words', async () => {
    const running = runner.run(
      request('', {
        args: ['-e', 'console.error("no such thing"); process.exit(3)', '--', '--token=abc'],
      }),
    );

    const error = await running.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({
      failure: 'exit-code',
      exitCode: 3,
      stderrTail: 'no such thing\n',
      timedOut: false,
    });
    expect(String(error)).not.toContain('abc');
  });

  it('takes another exit code as a result when told so', async () => {
    const { exitCode } = await runner.run(request('process.exit(1)', { acceptExitCodes: [0, 1] }));

    expect(exitCode).toBe(1);
  });

  it('says that a program is missing', async () => {
    const running = runner.run(request('', { command: '/nowhere/istioctl' }));

    await expect(running).rejects.toMatchObject({ failure: 'not-started' });
  });

  it('refuses a NUL, at which the operating system would cut an argument short', async () => {
    const running = runner.run(request('', { args: ['-e', '1\0; 2'] }));

    await expect(running).rejects.toMatchObject({ failure: 'invalid-arguments' });
  });
});

describe('redactArguments', () => {
  it('blanks out values of secret-looking flags and nothing else', () => {
    const args = ['--token', 'a', '--password=b', '--set', 'token=c', '-f', 'x'];

    expect(redactArguments(args)).toEqual([
      '--token',
      '***',
      '--password=***',
      '--set',
      'token=c',
      '-f',
      'x',
    ]);
  });
});
