import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../../clients/command-error.ts';
import type { CommandResult } from '../../clients/command-runner.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { IstioVersion } from '../../domain/version/istio-version.ts';
import { runIstioctl, withPrivateDirectory, type IstioctlTools } from './istioctl.ts';
import { parseManifest } from './manifest.ts';
import { buildOperatorDocument, type OperatorDocumentRequest } from './operator-document.ts';

/** Rendering took 0.4–0.6 s; far above that, the machine is stuck. */
const GENERATE_TIMEOUT_MS = 60_000;

/** Arguments of `istioctl manifest generate`. */
export function generateArguments(file: string, { force }: { readonly force: boolean }): string[] {
  return ['manifest', 'generate', '--filename', file, ...(force ? ['--force'] : [])];
}

export interface Generated {
  readonly objects: readonly KubernetesObject[];
  /** Whether istioctl's own validation refuses the configuration; it was rendered all the same. */
  readonly invalid: boolean;
  /** What istioctl said on standard error, line by line. */
  readonly warnings: readonly string[];
}

/** Renders an IstioOperator document; needs no cluster and reaches none. */
export async function generateManifest(
  tools: IstioctlTools,
  request: OperatorDocumentRequest & { readonly version: IstioVersion },
  signal: AbortSignal,
): Promise<Generated> {
  return withPrivateDirectory(async (directory) => {
    const file = path.join(directory, 'istio-operator.json');
    // JSON is YAML, and leaves no doubt about quoting.
    await writeFile(file, JSON.stringify(buildOperatorDocument(request)), { mode: 0o600 });
    const generate = async (force: boolean): Promise<CommandResult> =>
      runIstioctl(
        tools,
        {
          version: request.version,
          args: generateArguments(file, { force }),
          timeoutMs: GENERATE_TIMEOUT_MS,
          directory,
        },
        signal,
      );
    const { result, refusal } = await generateOrForce(generate);
    const said = refusal === undefined ? result.stderr : `${refusal}\n${result.stderr}`;
    return {
      objects: parseManifest(result.stdout),
      invalid: refusal !== undefined,
      warnings: [...new Set(linesOf(said))],
    };
  });
}

/**
 * A running mesh can carry values that its own version's validation does not know (they were forced
 * then too), so a refusal is not the end: what `--force` renders counts, and says so.
 */
async function generateOrForce(
  generate: (force: boolean) => Promise<CommandResult>,
): Promise<{ readonly result: CommandResult; readonly refusal?: string }> {
  try {
    return { result: await generate(false) };
  } catch (error) {
    if (!(error instanceof CommandError) || error.failure !== 'exit-code') throw error;
    return { result: await generate(true), refusal: error.stderrTail };
  }
}

function linesOf(stderr: string): string[] {
  return stderr
    .split('\n')
    .map((line) => line.replace(/^[^\p{L}\p{N}]+/u, '').trim())
    .filter((line) => line !== '');
}
