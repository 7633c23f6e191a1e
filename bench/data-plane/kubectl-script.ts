import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorCode } from '../../rig/error-code.ts';
import { scriptKubeconfig, type ScriptIdentity } from '../../rig/kubernetes/identities.ts';
import type { FarmWorkload } from '../../rig/mesh/farm-live/wait-for-workloads.ts';
import { UserError } from '../../rig/user-error.ts';
import { readCpu } from '../measure/process-cpu.ts';
import type { Contender, ContenderName, ContenderRun, Round } from './contender.ts';

export interface ScriptOptions {
  readonly name: Exclude<ContenderName, 'meshlift'>;
  readonly parallel: number;
  /** State folder of the rig. */
  readonly stateDir: string;
  /** Has the rig's kubectl. */
  readonly binDir: string;
  /** Where logs and kubectl's cache go. */
  readonly dir: string;
}

const SCRIPTS = new URL('./scripts/', import.meta.url);

/** A shell script with kubectl in it, under xargs. */
export function createKubectlScript(options: ScriptOptions): Contender {
  const { name, parallel } = options;
  const identity: ScriptIdentity = `script-${name}`;
  return {
    name,
    title: titleOf(name, parallel),
    users: new Set([identity]),
    installers: new Set(),
    findsBothRevisions: true,
    run: (round) => runScript(round, { ...options, identity }),
  };
}

function titleOf(name: ScriptOptions['name'], parallel: number): string {
  switch (name) {
    case 'b1':
      return 'kubectl rollout restart and status, one workload after another';
    case 'b2':
      return `the same, ${parallel} workloads at once (xargs -P ${parallel})`;
    case 'b3':
      return `kubectl rollout restart and status by namespace, ${parallel} at once`;
  }
}

/** What xargs is given: one line for each call of the script. */
export function scriptInput(
  name: ScriptOptions['name'],
  workloads: readonly FarmWorkload[],
): readonly string[] {
  if (name !== 'b3') {
    return workloads.map(
      ({ resource, workload: { metadata } }) =>
        `${metadata.namespace} ${resource}/${metadata.name}`,
    );
  }
  const namespaces = Map.groupBy(workloads, ({ workload }) => workload.metadata.namespace);
  return [...namespaces].map(([namespace, own]) => {
    const kinds = new Set(own.map(({ resource }) => resource));
    return `${namespace} ${[...kinds].join(',')}`;
  });
}

async function runScript(
  { workloads, signal }: Round,
  options: ScriptOptions & { readonly identity: ScriptIdentity },
): Promise<ContenderRun> {
  const { name, parallel, dir } = options;
  const script = name === 'b3' ? 'restart-namespace.sh' : 'restart-one.sh';
  const file = fileURLToPath(new URL(script, SCRIPTS));
  const args = ['-P', String(name === 'b1' ? 1 : parallel), '-n', '2', 'sh', file];
  const logFile = path.join(dir, `${name}.log`);
  mkdirSync(dir, { recursive: true });
  const before = readCpu('self')?.children;
  const from = Date.now();
  const exitCode = await runXargs(args, {
    input: `${scriptInput(name, workloads).join('\n')}\n`,
    env: scriptEnvironment(options),
    logFile,
    signal,
  });
  const to = Date.now();
  const after = readCpu('self')?.children;
  if (exitCode !== 0) {
    throw new UserError(
      `${name}: xargs ended with exit code ${exitCode ?? 'none'}; see ${logFile}`,
    );
  }
  const cpuSeconds = before === undefined || after === undefined ? undefined : after - before;
  return { from, to, cpuSeconds, finish: async () => undefined };
}

/** kubectl keeps what the server can do in the home folder: warm within a bench, nobody's before it. */
function scriptEnvironment({
  binDir,
  stateDir,
  dir,
  identity,
}: ScriptOptions & { readonly identity: ScriptIdentity }): Record<string, string> {
  return {
    PATH: `${binDir}${path.delimiter}${process.env['PATH'] ?? ''}`,
    HOME: path.join(dir, 'home'),
    KUBECONFIG: scriptKubeconfig(stateDir, identity),
  };
}

interface XargsOptions {
  readonly input: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

async function runXargs(
  args: readonly string[],
  { input, env, logFile, signal }: XargsOptions,
): Promise<number | null> {
  signal.throwIfAborted();
  const log = openSync(logFile, 'a');
  // A group of its own: xargs does not pass a signal on to what it runs.
  const child = spawn('xargs', args, { env, stdio: ['pipe', log, log], detached: true });
  closeSync(log);
  const stop = (): void => endGroup(child.pid);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    // One that could not be started closes its input, and says why by itself.
    child.stdin?.on('error', () => undefined).end(input);
    const exitCode = await ended;
    signal.throwIfAborted();
    return exitCode;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
