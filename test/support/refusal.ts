import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

/** What an Update was refused with, as `type: words`; throws when it was accepted. */
export async function refusalOf(update: Promise<unknown>): Promise<string> {
  const error: unknown = await update.then(
    (answer) => new Error(`expected a refusal, found ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    return `${error.cause.type ?? 'no type'}: ${error.cause.message}`;
  }
  throw error;
}
