/** A decision on the gate that is open when it is received. `{}` is valid. */
export interface Decision {
  readonly gate?: string;
  readonly reason?: string;
  readonly planDigest?: string;
}

/** A request with an optional reason: `pause`, `resume`, `rollback`. */
export interface Because {
  readonly reason?: string;
}

/** `abort`: undo (default), or leave everything where it stands. */
export interface Abort extends Because {
  readonly leave?: boolean;
}

/** `retry` and `skip`: what to do with a step or undo that failed and waits for a person. */
export interface StepDecision extends Because {
  readonly step?: string;
}

/** What an accepted Update answers. */
export interface Acknowledged {
  readonly accepted: true;
  readonly message: string;
}
