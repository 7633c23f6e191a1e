import { exactly, reported, type Check } from '../topic.ts';

interface Act {
  readonly name: string;
  readonly outcome: string;
  readonly seconds: number;
  readonly workloads?: number;
  readonly onTarget?: number;
  readonly leftOfOldRevision?: readonly string[];
  readonly restored?: boolean;
  readonly differences?: readonly unknown[];
  readonly crashedPods?: number;
  readonly apiRequests?: number;
  readonly historyEvents?: number;
  readonly historyBytes?: number;
}

/** The sample mesh is promised to have at least as many. */
const FEWEST_WORKLOADS = 16;

/** What the demo's last line of output says, held against what the demo announces. */
export function checkDemoResult(stdout: string): readonly Check[] {
  const acts = readActs(lastLine(stdout));
  const outcomes = acts.map(({ name, outcome }) => `${name} ${outcome}`).join(', ');
  return [
    exactly('demo: outcomes', outcomes, 'upgrade Succeeded, bad-upgrade RolledBack'),
    ...checkUpgrade(acts.find(({ name }) => name === 'upgrade')),
    ...checkBadUpgrade(acts.find(({ name }) => name === 'bad-upgrade')),
    ...acts.flatMap(reportFigures),
  ];
}

function checkUpgrade(act: Act | undefined): readonly Check[] {
  const { workloads = 0, onTarget = 0, leftOfOldRevision } = act ?? {};
  return [
    {
      name: 'upgrade: workloads on the target',
      value: `${onTarget} of ${workloads}`,
      bound: `all of ${FEWEST_WORKLOADS} or more`,
      ok: onTarget === workloads && workloads >= FEWEST_WORKLOADS,
    },
    exactly(
      'upgrade: objects left of the old revision',
      leftOfOldRevision?.length ?? 'not counted',
      0,
    ),
  ];
}

function checkBadUpgrade(act: Act | undefined): readonly Check[] {
  return [
    exactly('bad-upgrade: restored', String(act?.restored ?? 'not said'), 'true'),
    exactly('bad-upgrade: differences', act?.differences?.length ?? 'not counted', 0),
    reported('bad-upgrade: crashing pods seen', act?.crashedPods),
  ];
}

function reportFigures(act: Act): readonly Check[] {
  return [
    reported(`${act.name}: seconds`, act.seconds),
    reported(`${act.name}: API requests of meshlift`, act.apiRequests),
    reported(`${act.name}: history events`, act.historyEvents),
    reported(`${act.name}: history bytes`, act.historyBytes),
  ];
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

function readActs(line: string): readonly Act[] {
  try {
    const parsed: unknown = JSON.parse(line);
    const hasActs = typeof parsed === 'object' && parsed !== null && 'acts' in parsed;
    return hasActs && Array.isArray(parsed.acts) ? parsed.acts.filter(isAct) : [];
  } catch {
    return [];
  }
}

function isAct(value: unknown): value is Act {
  return typeof value === 'object' && value !== null && 'name' in value && 'outcome' in value;
}
