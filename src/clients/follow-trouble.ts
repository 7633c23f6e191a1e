import { KubernetesError, KubernetesUnreachable } from './kubernetes-error.ts';

/** Thrown when the caller's own function threw: no trouble of the server's, whatever it is. */
export class CallerFailed extends Error {}

/** No answer and trouble of the server's pass; a refusal does not, but for too old a version or too many requests. */
export function mayGoOn(error: unknown): boolean {
  if (!(error instanceof KubernetesError)) return error instanceof KubernetesUnreachable;
  return error.code < 400 || error.code >= 500 || PASSING_REFUSALS.has(error.code);
}

const PASSING_REFUSALS: ReadonlySet<number> = new Set([408, 410, 429]);

export function guarded<R>(work: () => R): R {
  try {
    return work();
  } catch (cause) {
    throw new CallerFailed('the function that follows threw', { cause });
  }
}

export function causeOf(error: unknown): unknown {
  return error instanceof CallerFailed ? error.cause : error;
}
