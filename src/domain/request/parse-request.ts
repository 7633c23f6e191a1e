import type {
  DowngradeRequest,
  MeshRequest,
  RefreshRequest,
  RollbackRequest,
  UpgradeRequest,
} from './request.ts';
import {
  downgradeRequest,
  refreshRequest,
  rollbackRequest,
  upgradeRequest,
  type VersionRequest,
} from './schema.ts';

/** One thing wrong with an input: where, and what was expected there. */
export interface InputProblem {
  /** JSON path such as `$.target`. */
  readonly path: string;
  readonly message: string;
}

export type Parsed<R extends MeshRequest> =
  | { readonly kind: 'request'; readonly request: R }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

/** Reads an upgrade request; unknown fields are refused, nothing is coerced. */
export function parseRequest(input: unknown): Parsed<UpgradeRequest> {
  const { success, data, error } = upgradeRequest.safeParse(input);
  return success ? { kind: 'request', request: towards(data) } : problemsOf(error);
}

/** Reads a downgrade request, which says the same as one for an upgrade. */
export function parseDowngradeRequest(input: unknown): Parsed<DowngradeRequest> {
  const { success, data, error } = downgradeRequest.safeParse(input);
  return success ? { kind: 'request', request: towards(data) } : problemsOf(error);
}

function towards(data: VersionRequest): UpgradeRequest {
  const { apiVersion, cluster, target, strategy, overrides } = data;
  return {
    apiVersion,
    cluster,
    target,
    ...(strategy === undefined ? {} : { strategy }),
    overrides,
    ...optionsIn(data),
  };
}

/** Reads a refresh request in the same way. */
export function parseRefreshRequest(input: unknown): Parsed<RefreshRequest> {
  const { success, data, error } = refreshRequest.safeParse(input);
  if (!success) return problemsOf(error);
  const { apiVersion, cluster, revision, overrides } = data;
  return {
    kind: 'request',
    request: {
      apiVersion,
      cluster,
      ...(revision === undefined ? {} : { revision }),
      overrides,
      ...optionsIn(data),
    },
  };
}

/** Reads a rollback request in the same way. */
export function parseRollbackRequest(input: unknown): Parsed<RollbackRequest> {
  const { success, data, error } = rollbackRequest.safeParse(input);
  if (!success) return problemsOf(error);
  const { apiVersion, cluster, run, overrides } = data;
  return {
    kind: 'request',
    request: {
      apiVersion,
      cluster,
      ...(run === undefined ? {} : { run }),
      overrides,
      ...optionsIn(data),
    },
  };
}

type Option = 'reason' | 'requestedBy' | 'takeOver' | 'planDigest';

/** Dropping undefined members keeps the value plain JSON under exactOptionalPropertyTypes. */
function optionsIn({
  reason,
  requestedBy,
  takeOver,
  planDigest,
}: { readonly [name in Option]?: string | undefined }): Pick<MeshRequest, Option> {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(takeOver === undefined ? {} : { takeOver }),
    ...(planDigest === undefined ? {} : { planDigest }),
  };
}

function problemsOf({
  issues,
}: {
  readonly issues: readonly { readonly path: PropertyKey[]; readonly message: string }[];
}): Extract<Parsed<MeshRequest>, { kind: 'problems' }> {
  return {
    kind: 'problems',
    problems: issues.map(({ path, message }) => ({ path: formatPath(path), message })),
  };
}

/** `$.overrides[0].code`; names that are not plain are quoted. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    const name = String(key);
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
      ? `${text}.${name}`
      : `${text}[${JSON.stringify(name)}]`;
  }, '$');
}
