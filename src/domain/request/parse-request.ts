import type { UpgradeRequest } from './request.ts';
import { upgradeRequest } from './schema.ts';

/** One thing wrong with an input: where, and what was expected there. */
export interface InputProblem {
  /** JSON path such as `$.target`. */
  readonly path: string;
  readonly message: string;
}

export type ParsedRequest =
  | { readonly kind: 'request'; readonly request: UpgradeRequest }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

/** Reads an upgrade request; unknown fields are refused, nothing is coerced. */
export function parseRequest(input: unknown): ParsedRequest {
  const parsed = upgradeRequest.safeParse(input);
  if (parsed.success) {
    // Dropping undefined members keeps the value plain JSON under exactOptionalPropertyTypes.
    const { reason, takeOver, planDigest, ...rest } = parsed.data;
    return {
      kind: 'request',
      request: {
        ...rest,
        ...(reason === undefined ? {} : { reason }),
        ...(takeOver === undefined ? {} : { takeOver }),
        ...(planDigest === undefined ? {} : { planDigest }),
      },
    };
  }
  return {
    kind: 'problems',
    problems: parsed.error.issues.map((issue) => ({
      path: formatPath(issue.path),
      message: issue.message,
    })),
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
