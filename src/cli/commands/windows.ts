import type { Command } from 'commander';
import { describeRule } from '../../domain/time/describe-window.ts';
import type { MaintenanceWindow } from '../../domain/time/maintenance-window.ts';
import { nextOpening } from '../../domain/time/openings.ts';
import type { PolicyWindows } from '../../domain/policy.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';
import { formatTime } from '../render/time.ts';
import { openTime } from '../time-services.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerWindows(program: Command, run: Runner): void {
  program
    .command('windows')
    .summary('show when the windows of a cluster open next, and what each is needed for')
    .description(
      'The windows that the policy of a cluster names, with their next openings by the clock of its API server. Needs no Temporal.',
    )
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift windows prod-eu'],
        json: '{"kind":"windows","cluster":…,"compensation":"always","windows":[{"name":…,"phases":[…],"rule":…,"openings":[{"opensAt":…,"closesAt":…}]}]}',
      }),
    )
    .action((cluster: string) => run((context) => windows(context, cluster)));
}

interface ShownWindow {
  readonly name: string;
  /** Members of the policy's `windows` that name it. */
  readonly phases: readonly string[];
  readonly rule: string;
  /** What is open now, and what opens next. */
  readonly openings: readonly { readonly opensAt: string; readonly closesAt: string }[];
}

const OPENINGS = 3;

async function windows(context: CommandContext, cluster: string): Promise<ExitCode> {
  const { config, keeper, freezes } = await openTime(context, cluster);
  const { at } = await freezes.listFreezes(keeper);
  const policy = config.clusters.get(cluster)?.policy.windows;
  const { compensation = 'always' } = policy ?? {};
  const shown = (config.windows ?? []).flatMap((window): ShownWindow[] => {
    const phases = phasesOf(policy, window.name);
    if (phases.length === 0) return [];
    const rule = describeRule(window);
    return [{ name: window.name, phases, rule, openings: openings(window, at) }];
  });
  context.output.result({ kind: 'windows', cluster, compensation, windows: shown }, () =>
    render(context, cluster, shown),
  );
  return EXIT_CODES.done;
}

function phasesOf(policy: PolicyWindows | undefined, name: string): readonly string[] {
  return Object.entries(policy ?? {})
    .filter(([, names]) => Array.isArray(names) && names.includes(name))
    .map(([phase]) => phase);
}

function openings(window: MaintenanceWindow, now: number): ShownWindow['openings'] {
  const found = [];
  let after = now - window.durationSeconds * 1000;
  while (found.length < OPENINGS) {
    const next = nextOpening(window, after);
    if (next === undefined) break;
    after = next.opensAt;
    if (next.closesAt <= now) continue;
    found.push({
      opensAt: new Date(next.opensAt).toISOString(),
      closesAt: new Date(next.closesAt).toISOString(),
    });
  }
  return found;
}

function render(
  { output }: CommandContext,
  cluster: string,
  found: readonly ShownWindow[],
): string {
  if (found.length === 0) {
    return `The policy of ${cluster} names no window: its mesh may be changed at any time but in a freeze.`;
  }
  const rows = found.map(({ name, phases, rule, openings: next }) => [
    name,
    phases.join(', '),
    rule,
    next.length === 0
      ? 'never'
      : next.map(({ opensAt, closesAt }) => formatTime(`${opensAt} to ${closesAt}`)).join('\n'),
  ]);
  return renderTable(output, ['WINDOW', 'NEEDED FOR', 'RULE', 'OPEN'], rows);
}
