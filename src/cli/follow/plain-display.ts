import type { Progress } from '../../domain/progress.ts';
import type { Output } from '../output.ts';
import { formatTime } from '../render/time.ts';
import { describeChanges, describeStanding, keepCount } from './describe-changes.ts';
import type { Display } from './display.ts';

export interface PlainOptions {
  /** Whether the run began in this very command, so that all of it is news. */
  readonly isNew: boolean;
  readonly now?: () => Date;
}

/** One line per change, each with the time at which it was seen: for logs and pipes. */
export function createPlainDisplay(
  output: Pick<Output, 'say'>,
  { isNew, now = () => new Date() }: PlainOptions,
): Display {
  let last: Progress | undefined;
  const say = (line: string): void => output.say(`${formatTime(now().toISOString())} ${line}`);
  return {
    isLive: false,
    show: (progress) => {
      const isFirst = last === undefined && !isNew;
      for (const line of isFirst ? describeStanding(progress) : describeChanges(last, progress)) {
        say(line);
      }
      last = keepCount(last, progress);
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
