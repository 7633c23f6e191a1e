import type { ErrorCode } from './cli-error.ts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';

export interface DescribedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** Further members of the error's JSON, for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Says what a failure means to the person who ran the command, and with which code it ends. */
export async function describeError(
  error: unknown,
  isInterrupted: boolean,
): Promise<DescribedError> {
  if (error instanceof CliError) {
    const { code, message, exitCode, facts } = error;
    return { code, message, exitCode, facts };
  }
  if (isInterrupted) {
    return { code: 'Interrupted', message: 'interrupted', exitCode: EXIT_CODES.interrupted };
  }
  if (!(error instanceof Error)) return failed(String(error));
  const known = describeByName(error);
  if (known !== undefined) return known;
  const unreadable = describeUnreadableFile(error);
  if (unreadable !== undefined) return unreadable;
  // Loaded only now: the Temporal client is by far the largest import.
  const { describeTemporalError } = await import('./temporal/describe-temporal-error.ts');
  return describeTemporalError(error) ?? failed(withCauses(error));
}

/** Our own error classes, told by name so that their modules need not be loaded to ask. */
function describeByName(error: Error): DescribedError | undefined {
  switch (error.name) {
    case 'ConfigError':
      return { code: 'InvalidConfiguration', message: error.message, exitCode: EXIT_CODES.invalid };
    case 'InvalidRequestError':
    case 'UnusableKey':
      return { code: 'InvalidRequest', message: error.message, exitCode: EXIT_CODES.invalid };
    case 'KubernetesUnreachable':
      return unreachable(
        `${error.message}. Check that the cluster is up and that its kubeconfig in meshlift.yaml points to it`,
      );
    case 'KubernetesError':
      return describeRefusal(error);
    default:
      return undefined;
  }
}

/** The API server's own words name the right and who lacks it. */
function describeRefusal(error: Error): DescribedError | undefined {
  const { code, message }: { readonly code?: unknown; readonly message: string } = error;
  if (code !== 401 && code !== 403) return undefined;
  return failed(
    `${message}. Grant this right to whom the cluster's kubeconfig in meshlift.yaml is of, or name another one`,
  );
}

/** A file that the configuration names, such as a kubeconfig. */
function describeUnreadableFile(error: NodeJS.ErrnoException): DescribedError | undefined {
  const { path, code = '' } = error;
  if (path === undefined || !['ENOENT', 'EACCES', 'EISDIR'].includes(code)) return undefined;
  return {
    code: 'InvalidConfiguration',
    message: `cannot read ${path} (${code}). Check its path in meshlift.yaml and that you may read it`,
    exitCode: EXIT_CODES.invalid,
  };
}

function unreachable(message: string): DescribedError {
  return { code: 'NoConnection', message, exitCode: EXIT_CODES.unreachable };
}

function failed(message: string): DescribedError {
  return { code: 'Failed', message, exitCode: EXIT_CODES.failed };
}

const MAX_CAUSES = 5;

function withCauses(error: Error): string {
  const messages = [error.message === '' ? error.name : error.message];
  let cause: unknown = error.cause;
  for (let depth = 0; cause instanceof Error && depth < MAX_CAUSES; depth += 1) {
    if (!messages.includes(cause.message)) messages.push(cause.message);
    cause = cause.cause;
  }
  return messages.join(': ');
}
