import type { UpgradePlan } from '../planning/plan.ts';
import type { PolicyWindows } from '../policy.ts';
import {
  phaseOfChange,
  undoWaits,
  windowNamesOf,
  type WindowPhase,
} from '../rollout/window-phase.ts';
import { describeRule } from './describe-window.ts';
import type { Freeze, MaintenanceWindow, WindowVerdict } from './maintenance-window.ts';
import { verdictAt } from './window-verdict.ts';

/** When a plan's steps may change the mesh, as of a moment. No part of the plan's digest. */
export type PlanTimes =
  | {
      readonly kind: 'known';
      /** By the clock of the API server, ISO 8601. */
      readonly at: string;
      /** In the order of the plan's steps. */
      readonly phases: readonly PhaseTime[];
      /** Those that hold at that moment. */
      readonly freezes: readonly HoldingFreeze[];
    }
  /** Unknown is not open: nothing would be changed. */
  | { readonly kind: 'unknown'; readonly because: string };

export interface PhaseTime {
  /** The member of a policy's `windows`. */
  readonly phase: keyof PolicyWindows;
  /** Ids of the plan's steps that it holds for. */
  readonly steps: readonly string[];
  /** Any of them is enough; empty: none is needed, and freezes alone count. */
  readonly windows: readonly { readonly name: string; readonly rule: string }[];
  readonly now: WindowVerdict;
  /** ISO 8601; absent where it is open for longer than a month, or nobody can tell. */
  readonly opensNext?: string;
}

export interface HoldingFreeze {
  readonly name: string;
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly reason?: string;
  readonly by?: string;
}

/** Windows and freezes of one cluster, and what time it is there (ms). */
export interface TimesNow {
  readonly windows: readonly MaintenanceWindow[];
  readonly freezes: readonly Freeze[];
  readonly instant: number;
}

type Timed = Pick<UpgradePlan, 'steps' | 'policy'>;

/** Absent where no step needs a window and no freeze holds. */
export function timesOfPlan(plan: Timed, now: TimesNow): PlanTimes | undefined {
  const { freezes, instant } = now;
  const phases = stepsByPhase(plan).map((each) => timeOfPhase(each, plan.policy.windows, now));
  const holding = freezes.filter(({ from, to }) => from <= instant && instant < to);
  if (holding.length === 0 && phases.every(({ windows }) => windows.length === 0)) return undefined;
  return { kind: 'known', at: isoOf(instant), phases, freezes: holding.map(holdingFreeze) };
}

interface Phase {
  readonly phase: WindowPhase;
  readonly steps: readonly string[];
}

/** What is taken back comes last, as nobody hopes for it; it is left out where it waits for nothing. */
function stepsByPhase({ steps, policy: { windows } }: Timed): readonly Phase[] {
  const found = new Map<WindowPhase, string[]>();
  for (const { id, kind } of steps) {
    const phase = phaseOfChange(kind);
    if (phase === undefined) continue;
    found.set(phase, [...(found.get(phase) ?? []), id]);
  }
  const undone = found.get('compensation') ?? [];
  found.delete('compensation');
  const forward = [...found].map(([phase, ids]) => ({ phase, steps: ids }));
  return undoWaits(windows) ? [...forward, { phase: 'compensation', steps: undone }] : forward;
}

function timeOfPhase(
  { phase, steps }: Phase,
  policy: PolicyWindows | undefined,
  { windows: all, freezes, instant }: TimesNow,
): PhaseTime {
  const names = windowNamesOf(policy, phase) ?? [];
  const windows = all.filter(({ name }) => names.includes(name));
  const question = { windows, freezes };
  const now = verdictAt({ ...question, instant });
  const opensNext = nextAfter(now, (later) => verdictAt({ ...question, instant: later }));
  return {
    phase: MEMBERS[phase],
    steps,
    windows: windows.map((window) => ({ name: window.name, rule: describeRule(window) })),
    now,
    ...(opensNext === undefined ? {} : { opensNext }),
  };
}

const MEMBERS: Readonly<Record<WindowPhase, keyof PolicyWindows>> = {
  prepare: 'prepare',
  'control-plane': 'controlPlane',
  'data-plane': 'dataPlane',
  complete: 'complete',
  compensation: 'compensation',
};

/** Where it is open, what opens after that has closed. */
function nextAfter(
  now: WindowVerdict,
  verdictThen: (instant: number) => WindowVerdict,
): string | undefined {
  if (now.kind === 'closed') return now.opensAt;
  if (now.until === undefined) return undefined;
  const then = verdictThen(Date.parse(now.until));
  return then.kind === 'closed' ? then.opensAt : undefined;
}

function holdingFreeze({ name, from, to, reason, by }: Freeze): HoldingFreeze {
  return {
    name,
    from: isoOf(from),
    to: isoOf(to),
    ...(reason === undefined ? {} : { reason }),
    ...(by === undefined ? {} : { by }),
  };
}

function isoOf(instant: number): string {
  return new Date(instant).toISOString();
}
