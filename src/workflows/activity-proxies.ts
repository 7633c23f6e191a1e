import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

type Proxy = ActivityInterfaceFor<Activities>;

interface Call {
  /** One line for people, shown in Temporal's timeline. */
  readonly summary: string;
  /** Queue of the cluster; without it the workflow's own. */
  readonly taskQueue?: string;
}

/** Faults pass: an API server that is away is asked again, less and less often. */
const PATIENT_RETRY = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
} as const;

/**
 * Before anything is touched: reading and planning. Ends after ten minutes, since a run that has
 * touched nothing had better fail than wait for a cluster that is not there.
 */
export function planning(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    scheduleToCloseTimeout: '10m',
    startToCloseTimeout: '3m',
    heartbeatTimeout: '15s',
    retry: PATIENT_RETRY,
  });
}

/**
 * Mutations: retried until they are through, since the record says what is half done. A cancelled
 * one is waited for, so that compensation never runs beside it.
 */
export function mutating(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    startToCloseTimeout: '15m',
    heartbeatTimeout: '10s',
    retry: PATIENT_RETRY,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/**
 * The wave engine: may take hours; a short heartbeat timeout makes a killed worker's wave go on
 * within seconds (temporal-facts section 15: 5.9 s).
 */
export function restarting(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    startToCloseTimeout: '24h',
    heartbeatTimeout: '5s',
    retry: { ...PATIENT_RETRY, initialInterval: '100ms' },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
}

/**
 * Messages to people, on the workflows' own queue: one attempt takes seconds, and after ten minutes of
 * them nobody is helped by a message that still comes.
 */
export function notifying(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    scheduleToCloseTimeout: '10m',
    startToCloseTimeout: '30s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
  });
}

/**
 * Whose signature it is, on the workflows' own queue: a person waits for the answer, and a gate that
 * has reached its end waits no longer than this for what was sent in time.
 */
export function verifying(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    scheduleToCloseTimeout: '1m',
    startToCloseTimeout: '15s',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' },
  });
}

/** Waiting for something to come true, bounded by the policy's own deadlines. */
export function observing(call: Call): Proxy {
  return proxyActivities<Activities>({
    ...call,
    startToCloseTimeout: '2h',
    heartbeatTimeout: '10s',
    retry: PATIENT_RETRY,
  });
}
