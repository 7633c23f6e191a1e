import { CommandError } from '../../clients/command-error.ts';
import type { CommandResult } from '../../clients/command-runner.ts';
import type { Finding, Severity } from '../../domain/finding.ts';
import type { PrecheckRequest } from '../installer.ts';
import { runIstioctl, withPrivateDirectory, type IstioctlTools } from './istioctl.ts';
import { isJsonList, parseJson, textAt } from './json.ts';

const PRECHECK_TIMEOUT_MS = 120_000;

/** Arguments of `istioctl x precheck`. */
export function precheckArguments(request: PrecheckRequest): string[] {
  return [
    'experimental',
    'precheck',
    '--output',
    'json',
    '--output-threshold',
    'Info',
    '--istioNamespace',
    request.meshNamespace,
    '--kubeconfig',
    request.kubeconfig,
  ];
}

/** What the target's own precheck says of the cluster. An answer that cannot be read is no pass. */
export async function runPrecheck(
  tools: IstioctlTools,
  request: PrecheckRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const result = await withPrivateDirectory(async (directory) =>
      runIstioctl(
        tools,
        {
          version: request.version,
          args: precheckArguments(request),
          kubeconfig: request.kubeconfig,
          timeoutMs: PRECHECK_TIMEOUT_MS,
          // 1 is also its way to say "I found something".
          acceptExitCodes: [0, 1],
          directory,
        },
        signal,
      ),
    );
    return readPrecheck(result);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [unreadable(error.message)];
  }
}

/** Nothing found is exit 0 and an empty standard output, even with `--output json`. */
export function readPrecheck({ stdout, stderr, exitCode }: CommandResult): Finding[] {
  if (stdout.trim() === '') {
    return exitCode === 0 ? [] : [unreadable(`exit code ${exitCode}: ${lastLine(stderr)}`)];
  }
  const messages = parseJson(stdout);
  if (!isJsonList(messages)) {
    return [unreadable(`expected a JSON list, found ${JSON.stringify(stdout.slice(0, 200))}`)];
  }
  if (messages.length === 0 && exitCode !== 0) {
    return [unreadable(`exit code ${exitCode} with an empty list`)];
  }
  return messages.map(findingOf);
}

const SEVERITY_BY_LEVEL: Readonly<Record<string, Severity>> = {
  Error: 'blocking',
  Warning: 'overridable',
  Info: 'info',
};

function findingOf(message: unknown): Finding {
  const severity = SEVERITY_BY_LEVEL[textAt(message, ['level']) ?? ''];
  const code = textAt(message, ['code']);
  const text = textAt(message, ['message']);
  if (severity === undefined || code === undefined || text === undefined) {
    return unreadable(`a message without a known level: ${JSON.stringify(message).slice(0, 300)}`);
  }
  const documentation = textAt(message, ['documentationUrl']);
  return {
    code: 'IstioctlPrecheck',
    severity,
    // With its code: an override names one message, not all that are about the same object.
    subject: `${textAt(message, ['origin']) ?? 'cluster'} (${code})`,
    message: `${code}: ${text}`,
    remedy:
      documentation === undefined
        ? 'Correct it and plan again.'
        : `See ${documentation}, correct it and plan again.`,
  };
}

function unreadable(detail: string): Finding {
  return {
    code: 'IstioctlPrecheck',
    severity: 'blocking',
    subject: 'istioctl x precheck',
    message: `expected the precheck of the target version to complete, found ${detail}`,
    remedy:
      'Run "istioctl x precheck" of the target version by hand; often a right to list objects is missing.',
  };
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
