import { compareText } from '../kubernetes-object.ts';
import type { WavePolicy } from '../policy.ts';
import { pointOfName } from './name-point.ts';
import type { PodSelections } from './pod-selections.ts';
import type { WaveContent } from './waves.ts';

export interface WaveOptions {
  readonly policy: WavePolicy;
  /** Namespaces in which a gateway runs: what is outside notices them first. */
  readonly gatewayNamespaces: readonly string[];
  /** Workloads that follow a label of their own pods; absent: none does. */
  readonly podSelections?: PodSelections;
  /** uids of workloads that are injected by hand, which follow nothing; absent: none is. */
  readonly byHand?: ReadonlySet<string>;
}

/** A wave and its place: by size, then by name. */
interface Ranked {
  readonly wave: WaveContent;
  readonly size: number;
  readonly name: string;
}

/**
 * Puts what moves together into waves: the smallest first, so that a fault meets few; critical
 * namespaces and those with gateways last. `byLabel` are single namespaces, which shares may gather.
 */
export function orderWaves(
  byTag: readonly WaveContent[],
  byLabel: readonly WaveContent[],
  { policy, gatewayNamespaces }: WaveOptions,
): readonly WaveContent[] {
  const late = new Set([...policy.critical, ...gatewayNamespaces]);
  const isLate = ({ namespaces }: WaveContent): boolean =>
    namespaces.some((name) => late.has(name));
  const early = byLabel.filter((wave) => !isLate(wave));
  const first = [...byTag.filter((wave) => !isLate(wave)).map(bySize), ...shares(early, policy)];
  const last = [...byTag, ...byLabel].filter(isLate).map(bySize);
  return [first, last].flatMap((waves) => waves.toSorted(compareRanked).map(({ wave }) => wave));
}

function bySize(wave: WaveContent): Ranked {
  return { wave, size: wave.workloads.length, name: wave.namespaces[0] ?? '' };
}

function compareRanked(a: Ranked, b: Ranked): number {
  return a.size - b.size || compareText(a.name, b.name);
}

/**
 * Single namespaces, gathered by the points of their names: one more of them moves no other. A share
 * never comes before an earlier one: it takes that one's place when it is smaller.
 */
function shares(waves: readonly WaveContent[], policy: WavePolicy): readonly Ranked[] {
  const { percentages, maxWorkloadsPerWave = Number.POSITIVE_INFINITY } = policy;
  if (percentages === undefined) return waves.map(bySize);
  const ranked: Ranked[] = [];
  for (const [index, end] of percentages.entries()) {
    const start = percentages[index - 1] ?? 0;
    for (const wave of gather(waves, { start, end }, maxWorkloadsPerWave)) {
      const own = bySize(wave);
      const before = ranked.at(-1);
      ranked.push(
        before !== undefined && compareRanked(own, before) < 0 ? { ...before, wave } : own,
      );
    }
  }
  return ranked;
}

/** What is too much for one wave is halved by its points, so that nothing else moves for it. */
function gather(
  waves: readonly WaveContent[],
  { start, end }: { readonly start: number; readonly end: number },
  maxWorkloads: number,
): readonly WaveContent[] {
  const inside = waves.filter(({ namespaces: [name = ''] }) => {
    const point = pointOfName(name);
    return point >= start && point < end;
  });
  if (inside.length === 0) return [];
  const workloads = inside.reduce((sum, wave) => sum + wave.workloads.length, 0);
  if (inside.length === 1 || workloads <= maxWorkloads) return [merge(inside)];
  const middle = (start + end) / 2;
  return [
    ...gather(inside, { start, end: middle }, maxWorkloads),
    ...gather(inside, { start: middle, end }, maxWorkloads),
  ];
}

function merge(waves: readonly WaveContent[]): WaveContent {
  const inOrder = waves.toSorted((a, b) =>
    compareText(a.namespaces[0] ?? '', b.namespaces[0] ?? ''),
  );
  const podLabelled = inOrder.flatMap((wave) => wave.podLabelled ?? []);
  return {
    namespaces: inOrder.flatMap(({ namespaces }) => namespaces),
    ...(podLabelled.length === 0 ? {} : { podLabelled }),
    tagMoves: [],
    namespaceMoves: inOrder.flatMap(({ namespaceMoves }) => namespaceMoves),
    workloads: inOrder.flatMap(({ workloads }) => workloads),
  };
}
