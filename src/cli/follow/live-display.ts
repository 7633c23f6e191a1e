import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { Progress } from '../../domain/progress.ts';
import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Output } from '../output.ts';
import { formatTime } from '../render/time.ts';
import type { Display } from './display.ts';
import { fitGroups, groupSteps, type StepGroup } from './step-groups.ts';
import { withElapsed } from './elapsed.ts';
import { describeHeld } from '../render/wave-progress.ts';

const BAR_UNITS = 1000;
const BAR_WIDTH = 24;
const LABEL_WIDTH = 14;
/** Lines of the screen that are kept free for the status line and the prompt. */
const SPARE_ROWS = 4;

/** One bar per phase and wave, redrawn in place, under a line that says what is waited for. */
export function createLiveDisplay(output: Output): Display {
  const bars = new MultiBar(
    {
      stream: output.sayStream,
      format: '{label} {bar} {state} {detail}',
      barsize: BAR_WIDTH,
      hideCursor: true,
      linewrap: false,
      // Redrawn when something is new; the default would write ten times a second.
      fps: 2,
      // Lines said above the bars push them down: unchanged bars must be drawn anew as well.
      forceRedraw: true,
      emptyOnZero: true,
      // The command ends by itself on Ctrl-C, and stops the bars then.
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const status = bars.create(1, 0, { status: '' }, { format: '{status}' });
  const shown: SingleBar[] = [];

  const drawGroups = (progress: Pick<Progress, 'steps' | 'current'>): void => {
    const groups = fitGroups(groupSteps(progress), Math.max(output.sayStream.rows - SPARE_ROWS, 3));
    for (const [index, group] of groups.entries()) {
      const bar = (shown[index] ??= bars.create(BAR_UNITS, 0, payloadOf(output, group)));
      bar.update(Math.round(group.fraction * BAR_UNITS), payloadOf(output, group));
    }
    for (const bar of shown.splice(groups.length)) bars.remove(bar);
  };

  return {
    isLive: true,
    show: (progress, plan) => {
      status.update(0, { status: statusOf(output, progress) });
      drawGroups(withElapsed(progress, plan, Date.now()));
      bars.update();
    },
    // MultiBar.log draws above the bars and wants the line's end.
    say: (line) => bars.log(`${line}\n`),
    stop: (report) => {
      if (report !== undefined) {
        status.update(0, { status: output.colors.bold(report.outcome) });
        drawGroups({ steps: report.steps });
      }
      bars.update();
      bars.stop();
    },
  };
}

function statusOf(output: Output, progress: Progress): string {
  const parts = [
    output.colors.bold(stripUnprintable(`${progress.cluster} → ${progress.target}`)),
    progress.phase,
    progress.waitingFor,
    progress.current === undefined ? undefined : describeHeld(progress.current),
    progress.pausedBecause === undefined ? undefined : `paused: ${progress.pausedBecause}`,
  ];
  return parts
    .filter((part): part is string => part !== undefined && part !== '')
    .map((part, index) => (index === 0 ? part : formatTime(stripUnprintable(part))))
    .join(' · ');
}

function payloadOf(output: Output, group: StepGroup): object {
  return {
    label: stripUnprintable(group.label).padEnd(LABEL_WIDTH),
    state: paint(output, group.state)(group.state.padEnd(7)),
    detail: stripUnprintable(group.detail),
  };
}

function paint(output: Output, state: StepGroup['state']): (text: string) => string {
  const { colors } = output;
  switch (state) {
    case 'pending':
      return colors.dim;
    case 'begun':
      return colors.cyan;
    case 'done':
      return colors.green;
    case 'failed':
      return colors.red;
    case 'undoing':
    case 'undone':
      return colors.yellow;
  }
}
