import { suitePart } from '../suite-part.ts';
import type { FigureBound, Topic } from '../topic.ts';

const REPORTED: FigureBound = { kind: 'reported' };

function exactly(value: string | number): FigureBound {
  return { kind: 'exactly', value };
}

function atLeast(limit: number, unit?: string): FigureBound {
  return { kind: 'at-least', limit, ...(unit === undefined ? {} : { unit }) };
}

function atMost(limit: number, unit?: string): FigureBound {
  return { kind: 'at-most', limit, ...(unit === undefined ? {} : { unit }) };
}

/** People decide, and time does: neither anybody else nor at any other time. */
export const GATES_AND_TIME: Topic = {
  name: 'gates-and-time',
  title: 'approvals, pauses, windows, freezes and schedules: who may, when, and how soon it holds',
  parts: [
    suitePart(
      'weeks',
      'windows, freezes, gates and halts over weeks of skipped time; about 6 minutes',
      {
        stage: 'unit',
        pattern: 'workflows/window.test',
        figures: {
          'days that runs lasted in tests of windows': atLeast(14),
          'days for which a freeze held a run back': atLeast(14),
          'changes of workloads in tests of windows': REPORTED,
          'those of them out of their windows': exactly(0),
        },
      },
      {
        stage: 'unit',
        pattern: 'workflows/halt',
        figures: { 'days for which a halted run has waited for somebody': atLeast(7) },
      },
      { stage: 'unit', pattern: 'workflows/gates' },
      { stage: 'unit', pattern: 'workflows/approvals' },
      { stage: 'unit', pattern: 'workflows/pause' },
      { stage: 'unit', pattern: 'workflows/notifications' },
      { stage: 'unit', pattern: 'workflows/open-maintenance-window' },
      { stage: 'unit', pattern: 'workflows/resume-in-window' },
    ),
    suitePart(
      'sequences',
      'random sequences of decisions, to the rules and to the real workflow; about 3 minutes',
      {
        stage: 'unit',
        pattern: 'domain/rollout/decisions',
        figures: {
          'random sequences of decisions': exactly(10_000),
          'messages in them': REPORTED,
          'messages in them by people who may not': REPORTED,
          'messages in them that were sent again': REPORTED,
          'messages in them that came late': REPORTED,
          'unauthorised, duplicate, lost or late effects': exactly(0),
        },
      },
      {
        stage: 'unit',
        pattern: 'workflows/decision-sequences',
        figures: { 'decisions in random sequences to the real workflow': REPORTED },
      },
    ),
    suitePart('zones', 'every zone and every change of its clocks; about a minute', {
      stage: 'unit',
      pattern: 'domain/time/zone-oracle',
      figures: {
        'zones compared with the oracle': REPORTED,
        'changes of clocks compared': REPORTED,
        'openings compared': REPORTED,
        'differences from the oracle': exactly(0),
      },
    }),
    suitePart('window', 'a window that closes amid a wave, and a freeze; about 5 minutes', {
      stage: 'gates-and-time',
      pattern: 'window',
      figures: {
        'workloads restarted while the window was closed': exactly(0),
        'what the Schedule did as the window opened': exactly('Resumed'),
        'workloads restarted in a freeze that was added meanwhile': exactly(0),
      },
    }),
    suitePart('schedules', 'what Schedules of each policy start; about 2 minutes', {
      stage: 'e2e',
      pattern: 'schedules',
      figures: {
        'Schedule of a data plane that is fresh': exactly('NothingToDo'),
        'Schedule in a freeze': exactly('NotOpen'),
        'Schedule of the next minor': exactly('Started'),
        'Schedule while its run waits for a person': exactly('AlreadyOn'),
      },
    }),
    suitePart(
      'signatures',
      "two people sign, one of them in Temporal's web UI; about 3 minutes",
      {
        stage: 'e2e',
        pattern: 'signed-upgrade',
        figures: {
          'quorum of the signed upgrade': exactly(2),
          'approvals of the signed upgrade': exactly('ana, ben'),
          'decisions on the signed upgrade that did not count': exactly(3),
          'outcome of the signed upgrade': exactly('Succeeded'),
        },
      },
      {
        stage: 'e2e',
        pattern: 'temporal-web-ui-approval',
        figures: {
          'decisions sent from a browser and refused': exactly(3),
          'gates passed by a token pasted into a browser': exactly(1),
        },
      },
    ),
    suitePart('latency', 'from a decision to what follows from it; about 4 minutes', {
      stage: 'gates-and-time',
      pattern: 'decision-latency',
      figures: {
        'approvals that were timed': atLeast(100),
        'approve to first mutation, median': REPORTED,
        'approve to first mutation, p99': atMost(500, ' ms'),
        'approve to first mutation, longest': REPORTED,
        'approve to the record of what will be mutated, p99': REPORTED,
        'approve of the start to the claim': atMost(500, ' ms'),
        'approve of the start to the first mutation': REPORTED,
        'approve of the end to the first mutation': REPORTED,
        'pauses that were timed': atLeast(20),
        'pauses amid mutations': atLeast(5),
        'pause to last mutation, median': REPORTED,
        'pause to last mutation, longest': atMost(1000, ' ms'),
      },
    }),
  ],
};
