import type { PlanOutline } from '../../domain/planning/plan.ts';
import type { Progress } from '../../domain/progress.ts';
import type { UpgradeReport } from '../../domain/report.ts';
import type { Output } from '../output.ts';
import { createLiveDisplay } from './live-display.ts';
import { createPlainDisplay } from './plain-display.ts';

/** Shows a run as it goes on. */
export interface Display {
  show(progress: Progress, plan?: PlanOutline): void;
  /** Whether time alone changes what is shown. */
  readonly isLive: boolean;
  /** A line that stays, such as how to approve. */
  say(line: string): void;
  /** The run has ended: shows how far it came and gives the screen back. */
  stop(report?: UpgradeReport): void;
}

/** Bars on a terminal, lines anywhere else. */
export function createDisplay(output: Output, options: { readonly isNew: boolean }): Display {
  return output.sayStream.isTTY ? createLiveDisplay(output) : createPlainDisplay(output, options);
}
