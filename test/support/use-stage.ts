import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { findTimeSkippingServer } from './time-skipping-server/install.ts';
import { openTimeSkippingStage, type Stage, type StageOptions } from './workflow-stage.ts';

/** `describe`, or `describe.skip` with its reason printed, and the stage for its tests. */
export interface OnStage {
  readonly describeOnStage: typeof describe.skip;
  readonly stage: () => Stage;
}

/**
 * One stage for a test file: time is global on its server. Await it at the top of the file, before
 * the first `describe`.
 */
export async function useStage(what: string, options: StageOptions = {}): Promise<OnStage> {
  const server = await findTimeSkippingServer();
  jest.setTimeout(60_000);
  if (server.kind === 'missing') {
    console.log(`skipped: ${what}, because there is ${server.reason}`);
    return { describeOnStage: describe.skip, stage: () => fail() };
  }
  let open: Stage | undefined;
  beforeAll(async () => {
    open = await openTimeSkippingStage(server.path, options);
  });
  afterAll(() => open?.close());
  return { describeOnStage: describe, stage: () => open ?? fail() };
}

function fail(): never {
  throw new Error('the stage is not open');
}
