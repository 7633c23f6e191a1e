import type { RolloutState } from './assess-move.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { BudgetFacts } from '../inventory/capacity.ts';
import { nameBudget, roomOf } from './budgets.ts';
import type { RestartMethod } from './choose-method.ts';
import { evictedAtOnce } from './next-evictions.ts';
import type { RolloutLimits } from './rollout-limits.ts';

/** One workload of a wave as the window sees it. */
export interface WindowEntry {
  readonly key: string;
  /** Pods that are yet to be replaced, or are on their way. */
  readonly remaining: number;
  readonly state: RolloutState;
  readonly method: RestartMethod['kind'];
  readonly limits: Pick<RolloutLimits, 'unavailable' | 'surge' | 'replaces'>;
  /** The budgets that its pods count against. */
  readonly budgets: readonly BudgetFacts[];
}

export interface WindowLimits {
  /** Most pods that may be on their way at once; of a workload, those that its move takes or adds at a time. */
  readonly maxPodsInFlight: number;
  /** Most new pods that may become ready in any ten seconds. */
  readonly podsPerTenSeconds: number;
}

/** What begins now, and why nothing more does. */
export interface Admission {
  readonly begin: readonly string[];
  /** What is waited for, one sentence per reason; empty when nothing waits. */
  readonly held: readonly string[];
}

/**
 * Which workloads begin now, in order, but those first that take most turns: they would be waited for at
 * the end, when nothing else is left. A workload larger than a limit goes alone. One whose budget
 * lets nobody go is passed over; the limits on pods hold everything behind the first that does not fit,
 * so that a large workload is not starved by small ones.
 *
 * What has begun and may come within ten seconds, and what became ready in the last ten, together stay
 * within the limit: so the new pods of any ten seconds do, whenever those become ready.
 */
export function admit(
  entries: readonly WindowEntry[],
  { maxPodsInFlight, podsPerTenSeconds }: WindowLimits,
  becameReady: number,
): Admission {
  const moving = entries.filter(({ state }) => state.kind === 'moving');
  const taken = reservations(moving);
  let inFlight = sumOf(moving, atOnce);
  let toCome = sumOf(moving, inTenSeconds);
  const begin: string[] = [];
  const held = new Set<string>();
  const waiting = entries.filter(({ state }) => state.kind === 'waiting');
  for (const entry of waiting.toSorted((a, b) => turnsOf(b) - turnsOf(a))) {
    const exhausted = exhaustedBudget(entry, taken);
    if (exhausted !== undefined) {
      held.add(`budget ${nameBudget(exhausted)} lets no more pods go`);
      continue;
    }
    const next = inFlight + atOnce(entry);
    if (inFlight > 0 && next > maxPodsInFlight) {
      held.add(`${describeCount(inFlight, 'pod')} on their way, of ${maxPodsInFlight} at once`);
      break;
    }
    const nextToCome = toCome + inTenSeconds(entry);
    if (toCome + becameReady > 0 && nextToCome + becameReady > podsPerTenSeconds) {
      held.add(`at most ${describeCount(podsPerTenSeconds, 'new pod')} in ten seconds`);
      break;
    }
    begin.push(entry.key);
    inFlight = next;
    toCome = nextToCome;
    reserve(taken, entry);
  }
  return { begin, held: [...held] };
}

function sumOf(entries: readonly WindowEntry[], count: (entry: WindowEntry) => number): number {
  return entries.reduce((sum, entry) => sum + count(entry), 0);
}

/** Pods of a workload that are on their way at the same time, at most: the others have not begun. */
function atOnce({ remaining, method, limits, budgets }: WindowEntry): number {
  const most =
    method === 'evict'
      ? evictedAtOnce(limits, budgets.length > 0)
      : limits.surge + limits.unavailable;
  return Math.min(remaining, Math.max(1, most));
}

/** A pod that is scheduled, starts its containers and is found ready takes a second at least. */
const TURNS_IN_TEN_SECONDS = 10;

/** New pods of a workload that may become ready within ten seconds: one turn comes after the other. */
function inTenSeconds(entry: WindowEntry): number {
  return Math.min(entry.remaining, TURNS_IN_TEN_SECONDS * atOnce(entry));
}

/** How many times a workload waits for pods of its own, one after another. */
function turnsOf(entry: WindowEntry): number {
  return Math.ceil(entry.remaining / Math.max(1, atOnce(entry)));
}

type Reservations = Map<string, number>;

/** What the workloads under way may take from each budget at any moment, whatever it says now. */
function reservations(moving: readonly WindowEntry[]): Reservations {
  const taken: Reservations = new Map();
  for (const entry of moving) reserve(taken, entry);
  return taken;
}

function reserve(taken: Reservations, entry: WindowEntry): void {
  for (const budget of entry.budgets) {
    const name = nameBudget(budget);
    taken.set(name, (taken.get(name) ?? 0) + takes(entry));
  }
}

/** Pods of a workload that are away at once, at most. */
function takes({ method, limits }: WindowEntry): number {
  return method === 'template' ? limits.unavailable : 1;
}

function exhaustedBudget(entry: WindowEntry, taken: Reservations): BudgetFacts | undefined {
  const wants = takes(entry);
  return entry.budgets.find((budget) => {
    // It takes nobody away; but while others are missing it adds to no trouble.
    if (wants === 0) return budget.currentHealthy < budget.desiredHealthy;
    const reserved = taken.get(nameBudget(budget)) ?? 0;
    return budget.disruptionsAllowed < wants || reserved + wants > roomOf(budget);
  });
}
