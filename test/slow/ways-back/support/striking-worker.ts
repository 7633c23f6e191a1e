import { ApplicationFailure, type Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import {
  NativeConnection,
  Worker,
  type ActivityExecuteInput,
  type ActivityInboundCallsInterceptor,
} from '@temporalio/worker';
import { bundleWorkflows } from '../../../../scripts/lib/workflow-bundle.ts';
import { createActivities } from '../../../../src/activities/index.ts';
import { createInstaller } from '../../../../src/activities/mesh-services.ts';
import { assertServer } from '../../../../src/clients/temporal-server.ts';
import { loadConfig } from '../../../../src/config/load-config.ts';
import type { Bench } from '../../../e2e/support/bench.ts';
import { quietRuntime } from '../../../support/workflow-stage.ts';
import { TASK_QUEUE } from '../../../e2e/support/runs.ts';

/** Where in a step's activity somebody asks for a rollback. */
export const PLACES = ['before its effect', 'after its effect', 'with its reply lost'] as const;
export type Place = (typeof PLACES)[number];

/** One call of an activity in the course of a run. */
export interface Point {
  readonly step: string;
  readonly activity: string;
  /** Which call of this activity it is, where its input names no step. */
  readonly call?: number;
}

/** What became of the wish to roll back. */
export interface Strike {
  readonly answers: string[];
  readonly refusals: string[];
}

export interface StrikingWorker {
  /** From now on, whatever was armed before is forgotten. */
  readonly arm: (points: readonly Point[], place: Place) => Strike;
  readonly close: () => Promise<void>;
}

/** The product's own worker, in this process, but that a rollback is asked for at a point of a run. */
export async function startStrikingWorker(
  bench: Bench,
  configFile: string,
): Promise<StrikingWorker> {
  quietRuntime();
  const config = loadConfig(configFile);
  const code = await bundleWorkflows();
  const connection = await NativeConnection.connect({ address: bench.endpoints.temporalAddress });
  await assertServer(connection, 'default');
  let armed: Armed | undefined;
  const worker = await Worker.create({
    connection,
    namespace: 'default',
    taskQueue: TASK_QUEUE,
    workflowBundle: { code },
    activities: createActivities({
      config,
      installer: createInstaller(config),
      readConfig: () => config,
    }),
    interceptors: {
      activity: [(context) => ({ inbound: strikeAt(context, bench.temporal, () => armed) })],
    },
    maxHeartbeatThrottleInterval: '100ms',
    shutdownGraceTime: '1s',
    shutdownForceTime: '10s',
  });
  const done = worker.run();
  return {
    arm: (points, place) => {
      armed = { points, place, calls: new Map(), strike: { answers: [], refusals: [] } };
      return armed.strike;
    },
    close: async () => {
      worker.shutdown();
      await done;
      await connection.close();
    },
  };
}

interface Armed {
  readonly points: readonly Point[];
  readonly place: Place;
  /** Ids of the calls of each activity, in their order. */
  readonly calls: Map<string, string[]>;
  readonly strike: Strike;
}

function strikeAt(
  context: Context,
  client: Client,
  armedNow: () => Armed | undefined,
): ActivityInboundCallsInterceptor {
  return {
    execute: async (input, next) => {
      const armed = armedNow();
      if (armed === undefined || !isMeant(armed, context, input)) return next(input);
      const asked = (): Promise<boolean> => askForRollback(armed, context, client);
      switch (armed.place) {
        case 'before its effect':
          return (await asked()) ? untilCancelled(context) : next(input);
        case 'after its effect': {
          const result: unknown = await next(input);
          await asked();
          return result;
        }
        case 'with its reply lost':
          if (context.info.attempt === 1) {
            await next(input);
            throw ApplicationFailure.retryable('the reply was lost on its way', 'ReplyLost');
          }
          return (await asked()) ? untilCancelled(context) : next(input);
      }
    },
  };
}

function isMeant(
  { points, calls }: Armed,
  { info: { activityType, activityId } }: Context,
  { args }: ActivityExecuteInput,
): boolean {
  const known = calls.get(activityType) ?? [];
  const ids = known.includes(activityId) ? known : [...known, activityId];
  calls.set(activityType, ids);
  const { step } = (args[0] ?? {}) as { readonly step?: string };
  const call = ids.indexOf(activityId) + 1;
  return points.some(
    (point) =>
      point.activity === activityType &&
      (step === undefined ? (point.call ?? 1) === call : point.step === step),
  );
}

/** Whether it was granted; the words of both answers are kept. */
async function askForRollback(
  { strike }: Armed,
  { info: { workflowExecution } }: Context,
  client: Client,
): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowExecution?.workflowId ?? '');
  try {
    const { message } = await handle.executeUpdate<{ message: string }, [object]>('rollback', {
      args: [{ reason: 'a sweep' }],
    });
    strike.answers.push(message);
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    strike.refusals.push(error.cause?.message ?? error.message);
    return false;
  }
}

/** The cancel comes in the reply to a heartbeat. */
async function untilCancelled(context: Context): Promise<never> {
  const beat = setInterval(() => context.heartbeat(), 100);
  try {
    return await context.cancelled;
  } finally {
    clearInterval(beat);
  }
}
