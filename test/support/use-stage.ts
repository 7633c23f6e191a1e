import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { findTimeSkippingServer } from './time-skipping-server/install.ts';
import {
  openLocalStage,
  openTimeSkippingStage,
  type Stage,
  type StageOptions,
} from './workflow-stage.ts';

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
  if (server.kind === 'missing') return skip(what, `there is ${server.reason}`);
  return open(() => openTimeSkippingStage(server.path, options));
}

/**
 * The same on Temporal's own development server, where time goes as it does: for runs that go on in
 * new histories, of which the time-skipping server at times leaves a timer behind and skips none any more.
 */
export function useLocalStage(what: string, options: StageOptions = {}): OnStage {
  const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
  if (cli === '') return skip(what, 'TEMPORAL_CLI_PATH is not set');
  return open(() => openLocalStage(cli, options));
}

function open(make: () => Promise<Stage>): OnStage {
  jest.setTimeout(60_000);
  let stage: Stage | undefined;
  beforeAll(async () => {
    stage = await make();
  });
  afterAll(() => stage?.close());
  return { describeOnStage: describe, stage: () => stage ?? fail() };
}

function skip(what: string, because: string): OnStage {
  console.log(`skipped: ${what}, because ${because}`);
  return { describeOnStage: describe.skip, stage: () => fail() };
}

function fail(): never {
  throw new Error('the stage is not open');
}
