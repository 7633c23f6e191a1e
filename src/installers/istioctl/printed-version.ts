import { CommandError } from '../../clients/command-error.ts';
import type { CommandRunner } from '../../clients/command-runner.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';
import { InstallerBinaryError } from './binaries.ts';
import { runProgram, withPrivateDirectory } from './istioctl.ts';
import { parseJson, textAt } from './json.ts';

const TIMEOUT_MS = 20_000;
const ARGS = ['version', '--remote=false', '--output', 'json'];

/** Throws `InstallerBinaryError` unless the binary says itself that it is of that version. */
export async function assertPrintedVersion(
  commands: CommandRunner,
  { path, version }: { readonly path: string; readonly version: IstioVersion },
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const found = await printed(commands, path, signal);
  if (found === version) return;
  throw new InstallerBinaryError({
    reason: 'wrong-version',
    version,
    path,
    expected: version,
    found,
    message: `istioctl at ${path} was expected to print version ${version}, found ${found}.`,
    remedy: `Supply the istioctl of ${version}, or name this one in installers.istioctl in meshlift.yaml as the version that it is.`,
  });
}

/** `.clientVersion.version` of its JSON, or what it gave in place of that. */
async function printed(
  commands: CommandRunner,
  command: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    const { stdout } = await withPrivateDirectory(async (directory) =>
      runProgram({ commands, command }, { args: ARGS, timeoutMs: TIMEOUT_MS, directory }, signal),
    );
    const found = textAt(parseJson(stdout), ['clientVersion', 'version']);
    return found ?? `no version in ${JSON.stringify(stdout.slice(0, 200))}`;
  } catch (error) {
    // Out of time it may do better; what does not start, or says no, will not.
    if (!(error instanceof CommandError)) throw error;
    if (error.failure !== 'not-started' && error.failure !== 'exit-code') throw error;
    return `a program that does not run (${error.message})`;
  }
}
