import { CommandError } from '../../clients/command-error.ts';
import type { CommandResult } from '../../clients/command-runner.ts';
import type { Finding } from '../../domain/finding.ts';
import type { AnalyzeRequest } from '../installer.ts';
import { runIstioctl, withPrivateDirectory, type IstioctlTools } from './istioctl.ts';
import { isJsonList, parseJson, textAt } from './json.ts';

/** It reads every object that its analyzers look at, pods and Secrets among them. */
const ANALYZE_TIMEOUT_MS = 60_000;

/**
 * As many messages of one code are findings of their own; more of them are one finding. What only
 * informs is together at once; what stops a run has to be accepted object by object, while it goes.
 */
export const MAX_MESSAGES_PER_CODE = { overridable: 20, info: 1 } as const;
const NAMED_OBJECTS = 10;

/** Arguments of `istioctl analyze`. Configuration labelled for another revision is left out by it. */
export function analyzeArguments(request: AnalyzeRequest): string[] {
  return [
    'analyze',
    '--all-namespaces',
    '--output',
    'json',
    '--output-threshold',
    'Info',
    '--revision',
    request.revision,
    '--istioNamespace',
    request.meshNamespace,
    '--kubeconfig',
    request.kubeconfig,
  ];
}

/** What the target's own analyzers say of the configuration. An answer that cannot be read is no pass. */
export async function runAnalyze(
  tools: IstioctlTools,
  request: AnalyzeRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const result = await withPrivateDirectory(async (directory) =>
      runIstioctl(
        tools,
        {
          version: request.version,
          args: analyzeArguments(request),
          kubeconfig: request.kubeconfig,
          timeoutMs: ANALYZE_TIMEOUT_MS,
          directory,
        },
        signal,
      ),
    );
    return readAnalysis(result);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [unreadable(error.message)];
  }
}

/** With `--output json` the exit code is 0 whatever it finds, and nothing found is `[]`. */
export function readAnalysis({ stdout }: Pick<CommandResult, 'stdout'>): readonly Finding[] {
  const messages = parseJson(stdout);
  if (!isJsonList(messages)) {
    return [unreadable(`not a JSON list but ${JSON.stringify(stdout.slice(0, 200))}`)];
  }
  const read = messages.map(readMessage);
  const strange = read.filter((each) => typeof each === 'string');
  return [
    ...strange.slice(0, 1).map((text) => unreadable(`${strange.length} messages such as ${text}`)),
    ...byCode(read.filter((each) => typeof each !== 'string')).flatMap(findingsOf),
  ];
}

/**
 * Many meshes live with what the analyzers call an error, and it need not have to do with the
 * upgrade: somebody has to look at it, but may go on.
 */
const SEVERITY_BY_LEVEL: Readonly<Record<string, AnalysisSeverity>> = {
  Error: 'overridable',
  Warning: 'info',
  Info: 'info',
};

type AnalysisSeverity = keyof typeof MAX_MESSAGES_PER_CODE;

interface Message {
  readonly severity: AnalysisSeverity;
  readonly code: string;
  readonly text: string;
  readonly origin: string;
  readonly documentation?: string;
}

/** The message, or, where it is none that is known, its text. */
function readMessage(message: unknown): Message | string {
  const level = textAt(message, ['level']) ?? '';
  const severity = Object.hasOwn(SEVERITY_BY_LEVEL, level) ? SEVERITY_BY_LEVEL[level] : undefined;
  const code = textAt(message, ['code']);
  const text = textAt(message, ['message']);
  if (severity === undefined || code === undefined || text === undefined) {
    return JSON.stringify(message).slice(0, 300);
  }
  const origin = textAt(message, ['origin']) ?? 'cluster';
  const documentation = textAt(message, ['documentationUrl']);
  return {
    severity,
    code,
    text,
    origin,
    ...(documentation === undefined ? {} : { documentation }),
  };
}

/** Messages of one code and severity together, in the order in which each first came. */
function byCode(messages: readonly Message[]): readonly (readonly Message[])[] {
  return [...Map.groupBy(messages, ({ severity, code }) => `${severity} ${code}`).values()];
}

/** A mesh of thousands of Services has thousands of hints about port names: one finding for all. */
function findingsOf(messages: readonly Message[]): readonly Finding[] {
  const [first] = messages;
  if (first === undefined) return [];
  const count = messages.length;
  if (count <= MAX_MESSAGES_PER_CODE[first.severity]) return messages.map(findingOf);
  const names = [...new Set(messages.map(({ origin }) => origin))];
  const more = names.length > NAMED_OBJECTS ? ' and others' : '';
  return [
    {
      ...findingOf(first),
      subject: `${count} messages (${first.code})`,
      message: `${first.code} ${count} times, on ${names.slice(0, NAMED_OBJECTS).join(', ')}${more}; the first: ${first.text}`,
    },
  ];
}

function findingOf({ severity, code, text, origin, documentation }: Message): Finding {
  return {
    code: 'IstioctlAnalyze',
    severity,
    // With its code: an override names one message, not all that are about the same object.
    subject: `${origin} (${code})`,
    message: `${code}: ${text}`,
    remedy:
      documentation === undefined
        ? 'istioctl analyze --all-namespaces'
        : `See ${documentation} and look again: istioctl analyze --all-namespaces`,
  };
}

function unreadable(detail: string): Finding {
  return {
    code: 'IstioctlAnalyze',
    severity: 'overridable',
    subject: 'istioctl analyze',
    message: `expected the target version's analysis of the configuration, found ${detail}`,
    remedy: 'istioctl analyze --all-namespaces (often a right to list objects is missing)',
  };
}
