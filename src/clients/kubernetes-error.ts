/** One entry of `status.details.causes` of an API server's refusal. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** Thrown when the API server answers, and the answer is no. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  /** HTTP status code. */
  readonly code: number;
  /** The Status' reason, such as `Conflict`; empty when the body was none. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** From the Retry-After header. */
  readonly retryAfterSeconds: number | undefined;

  constructor(options: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    readonly causes: readonly StatusCause[];
    readonly retryAfterSeconds: number | undefined;
    readonly request: string;
  }) {
    super(`${options.request}: ${options.code} ${options.message}`);
    this.code = options.code;
    this.reason = options.reason;
    this.causes = options.causes;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Thrown when no answer came: refused, reset, timed out, TLS. The request may have been carried out. */
export class KubernetesUnreachable extends Error {
  override readonly name = 'KubernetesUnreachable';
  constructor(request: string, cause: unknown) {
    super(`${request}: no answer (${describe(cause)})`, { cause });
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  return `${cause.message}${inner}`;
}
