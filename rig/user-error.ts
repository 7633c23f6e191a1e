/** A failure whose message is all a person needs: what is wrong and what to do; shown without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
