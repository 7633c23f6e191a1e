import { CancellationScope, condition } from '@temporalio/workflow';
import type { RunEvent, RunNews } from '../domain/run-event.ts';
import type { Recipient } from '../notifications/recipients.ts';
import { notifying } from './activity-proxies.ts';
import { describeLastFailure } from './failures.ts';

/** Who tells people something: a run, or what starts runs. */
export interface Teller {
  readonly cluster: string;
  readonly target?: string;
  readonly type?: RunEvent['workflowType'];
  readonly workflowId: string;
  readonly runId: string;
  readonly outline?: { readonly digest: string } | undefined;
  /** Absent notifiers: nobody is told, and nothing is scheduled. */
  readonly resolved: { readonly notifiers?: readonly Recipient[] } | undefined;
  readonly telling: Telling;
}

/** What is known of the messages to people; plain JSON, so that it goes along into a new history. */
export interface Telling {
  /** Events so far; with the run's id it names each. */
  count: number;
  underWay: readonly Delivery[];
  /** Who did not get what, with why. */
  lost: readonly string[];
}

/** One event for one notifier: an activity of its own, so that one that fails repeats no other. */
export interface Delivery {
  readonly notifier: string;
  readonly event: RunEvent;
}

/** A cause may be long; a message is to be read on a phone. */
const MOST_TITLE = 150;
const MOST_TEXT = 2000;
/** Most losses that a report lists. */
const MOST_LOST = 50;

/**
 * Tells people, by each notifier that wants this kind of news. Never waits and never fails: what
 * cannot be delivered is in the report. Neither a cancel nor the end of the way forward ends it.
 */
export function tell(teller: Teller, news: RunNews): void {
  const names = wanting(teller, news.kind);
  if (names.length === 0) return;
  teller.telling.count += 1;
  const event = eventOf(teller, news);
  for (const notifier of names) begin(teller, { notifier, event });
}

/** Whether anybody wants to know. */
export function isWanted(teller: Teller, kind: RunNews['kind']): boolean {
  return wanting(teller, kind).length > 0;
}

/** Takes up the deliveries that were under way when the history before ended: with the same ids. */
export function goOnTelling(teller: Teller): void {
  const { underWay } = teller.telling;
  teller.telling.underWay = [];
  for (const delivery of underWay) begin(teller, delivery);
}

/** Waits for what is under way, and no longer than that: a receiver that is away holds nobody up. */
export async function awaitDeliveries({ telling }: Teller, atMost: '10s' | '30s'): Promise<void> {
  if (telling.underWay.length === 0) return;
  await condition(() => telling.underWay.length === 0, atMost, {
    summary: `messages to people: at most ${atMost}`,
  });
}

/** At the very end: what is still under way after half a minute is lost with the run. */
export async function finishTelling(teller: Teller): Promise<void> {
  const { telling } = teller;
  await awaitDeliveries(teller, '30s');
  for (const delivery of telling.underWay)
    lose(telling, delivery, 'no delivery within 30 s of the end of the run');
  telling.underWay = [];
}

function wanting({ resolved }: Teller, kind: RunNews['kind']): readonly string[] {
  return (resolved?.notifiers ?? [])
    .filter(({ events }) => events === undefined || events.includes(kind))
    .map(({ name }) => name);
}

function eventOf(teller: Teller, { title, text, ...news }: RunNews): RunEvent {
  const { cluster, target, type, workflowId, runId, outline, telling } = teller;
  return {
    ...news,
    title: title.slice(0, MOST_TITLE),
    text: text.slice(0, MOST_TEXT),
    id: `${runId}-${telling.count}`,
    at: new Date().toISOString(),
    cluster,
    ...(target === undefined ? {} : { target }),
    ...(type === undefined ? {} : { workflowType: type }),
    workflowId,
    runId,
    ...(outline === undefined ? {} : { planDigest: outline.digest }),
  };
}

function begin(teller: Teller, delivery: Delivery): void {
  const { telling } = teller;
  telling.underWay = [...telling.underWay, delivery];
  void CancellationScope.nonCancellable(() => deliver(telling, delivery));
}

async function deliver(telling: Telling, delivery: Delivery): Promise<void> {
  const { notifier, event } = delivery;
  try {
    await notifying({ summary: `tell ${notifier}: ${event.title}` }).notify(delivery);
  } catch (error) {
    lose(telling, delivery, describeLastFailure(error));
  } finally {
    telling.underWay = telling.underWay.filter((each) => each !== delivery);
  }
}

function lose(telling: Telling, { notifier, event }: Delivery, why: string): void {
  if (telling.lost.length >= MOST_LOST) return;
  telling.lost = [...telling.lost, `${notifier} did not get "${event.title}": ${why}`];
}
