import { InvalidArgumentError } from 'commander';
import { parseYaml } from '../config/parse-yaml.ts';
import { readText } from '../config/read-text.ts';
import type { InputProblem, Parsed } from '../domain/request/parse-request.ts';
import type { Strategy } from '../domain/planning/plan.ts';
import type { MeshRequest, Override, RunType, TypedRequest } from '../domain/request/request.ts';
import { CliError } from './cli-error.ts';
import { EXIT_CODES } from './exit-codes.ts';

/** What the command line says about a request. */
export interface RequestOptions {
  /** Which workflow the request is for; absent: an upgrade. */
  readonly type?: RunType;
  readonly revision?: string;
  /** Of a rollback: the first run id of the run to take back. */
  readonly run?: string;
  readonly target?: string;
  readonly strategy?: Strategy;
  readonly reason?: string;
  readonly override?: readonly Override[];
  readonly takeOver?: string;
  /** A file with the request as YAML or JSON; what the command line says beside it wins. */
  readonly request?: string;
}

/** The request as a person wrote it: what was not said is left to the cluster's policy. */
export function buildRequestInput(
  cluster: string | undefined,
  options: RequestOptions,
): Readonly<Record<string, unknown>> {
  const file = options.request === undefined ? {} : readRequestFile(options.request);
  const { target, strategy, revision, run, reason, takeOver, override = [] } = options;
  return {
    ...file,
    ...(cluster === undefined ? {} : { cluster }),
    ...(target === undefined ? {} : { target }),
    ...(strategy === undefined ? {} : { strategy }),
    ...(revision === undefined ? {} : { revision }),
    ...(run === undefined ? {} : { run }),
    ...(reason === undefined ? {} : { reason }),
    ...(takeOver === undefined ? {} : { takeOver }),
    ...(override.length === 0 ? {} : { overrides: [...overridesOf(file), ...override] }),
  };
}

/** `CODE=SUBJECT=REASON`, repeatable; the reason may hold further `=`. */
export function collectOverride(
  text: string,
  previous: readonly Override[] = [],
): readonly Override[] {
  const [, code, subject, reason] = /^([^=]+)=([^=]+)=(.+)$/s.exec(text) ?? [];
  if (code === undefined || subject === undefined || reason === undefined) {
    throw new InvalidArgumentError(
      'expected CODE=SUBJECT=REASON, such as "WorkloadNotReady=Deployment shop/cart=known slow start"',
    );
  }
  return [...previous, { code, subject, reason }];
}

/** The request, checked here as the workflow will check it; throws with every problem at once. */
export async function checkRequest(
  input: Readonly<Record<string, unknown>>,
  type: RunType = 'upgradeMesh',
): Promise<TypedRequest> {
  // zod comes with it, which `--help` has no use for.
  const parse = await import('../domain/request/parse-request.ts');
  switch (type) {
    case 'upgradeMesh': {
      const request = understood(input, parse.parseRequest(input), 'CLUSTER and --target VERSION');
      return { type, request };
    }
    case 'downgradeMesh': {
      const request = understood(
        input,
        parse.parseDowngradeRequest(input),
        'CLUSTER and --target VERSION',
      );
      return { type, request };
    }
    case 'rollbackMesh': {
      const request = understood(
        input,
        parse.parseRollbackRequest(input),
        'CLUSTER and no --target',
      );
      return { type, request };
    }
    case 'refreshProxies': {
      const request = understood(
        input,
        parse.parseRefreshRequest(input),
        'CLUSTER and no --target',
      );
      return { type, request };
    }
  }
}

function understood<R extends MeshRequest>(
  input: Readonly<Record<string, unknown>>,
  parsed: Parsed<R>,
  expected: string,
): R {
  if (parsed.kind === 'request') return parsed.request;
  const problems = parsed.problems.map((problem) => `  ${describeProblem(input, problem)}`);
  throw invalid(
    `the request cannot be read:\n${problems.join('\n')}\nExpected ${expected}, or --request FILE; see \`--help\``,
  );
}

/** A request is a page at most; a plan of a large mesh has its own reader. */
const MAX_REQUEST_BYTES = 1_000_000;

/** Reads a file that holds one object, in YAML or JSON (which is YAML too). */
export function readObjectFile(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseYaml(readText(file, MAX_REQUEST_BYTES)).value;
  } catch (error) {
    throw invalid(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (isObject(value)) return value;
  throw invalid(`${file}: expected one object, found ${describeType(value)}`);
}

function describeType(value: unknown): string {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(message: string): CliError {
  return new CliError('InvalidRequest', EXIT_CODES.invalid, message);
}

function readRequestFile(file: string): Readonly<Record<string, unknown>> {
  return readObjectFile(file);
}

function overridesOf(file: Readonly<Record<string, unknown>>): readonly unknown[] {
  const overrides = file['overrides'];
  return Array.isArray(overrides) ? overrides : [];
}

/** With what stands at a path such as `$.target`; deeper paths are left to the message. */
function describeProblem(
  input: Readonly<Record<string, unknown>>,
  { path, message }: InputProblem,
): string {
  const [, name] = /^\$\.(\w+)$/.exec(path) ?? [];
  if (name === undefined) return `${path}: ${message}`;
  const found = input[name];
  if (found === undefined) return `${path}: expected a value, found nothing`;
  return `${path}: ${message}, found ${JSON.stringify(found)}`;
}
