import type { Progress } from '../../domain/progress.ts';
import type { Output } from '../output.ts';
import { formatTime } from '../render/time.ts';
import { describeChanges } from './describe-changes.ts';
import type { Display } from './display.ts';

/** One line per change, each with its time: for logs and pipes. */
export function createPlainDisplay(
  output: Pick<Output, 'say'>,
  now: () => Date = () => new Date(),
): Display {
  let last: Progress | undefined;
  const say = (line: string): void => output.say(`${formatTime(now().toISOString())} ${line}`);
  return {
    isLive: false,
    show: (progress) => {
      for (const line of describeChanges(last, progress)) say(line);
      last = progress;
    },
    say,
    stop: (report) => {
      if (report === undefined || last === undefined) return;
      const { apiVersion, cluster, target, runId, canRollBack } = last;
      const final: Progress = {
        ...{ apiVersion, cluster, target, runId, canRollBack },
        phase: 'Ended',
        steps: report.steps,
      };
      for (const line of describeChanges(last, final)) say(line);
    },
  };
}
