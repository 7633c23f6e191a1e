import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommandResult, CommandRunner } from '../../clients/command-runner.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';
import type { BinaryStore } from './binaries.ts';

/** What every call of istioctl needs. */
export interface IstioctlTools {
  readonly commands: CommandRunner;
  readonly binaries: BinaryStore;
}

export interface IstioctlCall extends ProgramCall {
  readonly version: IstioVersion;
}

export interface ProgramCall {
  readonly args: readonly string[];
  /** Without one istioctl gets an empty kubeconfig and reaches no cluster. */
  readonly kubeconfig?: string;
  readonly stdin?: string;
  readonly timeoutMs: number;
  readonly acceptExitCodes?: readonly number[];
}

/** Runs a verified istioctl in a home of its own. */
export async function runIstioctl(
  { commands, binaries }: IstioctlTools,
  call: IstioctlCall & { readonly directory: string },
  signal: AbortSignal,
): Promise<CommandResult> {
  const command = await binaries.verified(call.version, signal);
  return runProgram({ commands, command }, call, signal);
}

/**
 * By itself it logs to standard output, before and amid what it writes there: the API server's passing
 * trouble, in `tag generate`, or kinds that it cannot translate, in `analyze` (seen with 1.25.1 to 1.27.0).
 */
const LOGS_ELSEWHERE = ['--log_target', 'stderr'];

/** Runs an istioctl in a home of its own. */
export async function runProgram(
  { commands, command }: { readonly commands: CommandRunner; readonly command: string },
  call: ProgramCall & { readonly directory: string },
  signal: AbortSignal,
): Promise<CommandResult> {
  const { args, kubeconfig, stdin, timeoutMs, acceptExitCodes, directory } = call;
  const emptyKubeconfig = path.join(directory, 'kubeconfig');
  if (kubeconfig === undefined) await writeFile(emptyKubeconfig, '', { mode: 0o600 });
  const home = path.join(directory, 'home');
  await mkdir(home, { recursive: true, mode: 0o700 });
  return commands.run({
    command,
    args: [...args, ...LOGS_ELSEWHERE],
    cwd: directory,
    // Exec plug-ins of a kubeconfig need the real home; without a cluster nothing does.
    env: {
      KUBECONFIG: kubeconfig ?? emptyKubeconfig,
      ...(kubeconfig === undefined ? { HOME: home } : {}),
    },
    timeoutMs,
    ...(stdin === undefined ? {} : { stdin }),
    ...(acceptExitCodes === undefined ? {} : { acceptExitCodes }),
    signal,
  });
}

/** Gives `use` a private directory and removes it afterwards, whatever happens. */
export async function withPrivateDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  // mkdtemp makes it readable by its owner alone.
  const directory = await mkdtemp(path.join(tmpdir(), 'meshlift-istioctl-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
