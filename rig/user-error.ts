/** A failure whose message is all a person needs: what is wrong and what to do; shown without a stack. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
}

/** The command line itself was wrong: exit code 2. */
export class UsageError extends UserError {
  override readonly name: string = 'UsageError';
}
