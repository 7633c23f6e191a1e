import type { WaveContent } from './waves.ts';

/**
 * Parts a wave where some of its workloads are to move first. A namespace's label beats that of its
 * pods (istio-facts section 3), so its selectors move with the first and the others are restarted
 * later, by the wave that comes next. Namespaces that gather with them and have none of them keep
 * their selectors until then.
 */
export function splitFirst(
  wave: WaveContent,
  /** As `Deployment shop/cart`. */
  names: ReadonlySet<string>,
): readonly WaveContent[] {
  const isNamed = ({ kind, namespace, name }: WaveContent['workloads'][number]): boolean =>
    names.has(`${kind} ${namespace}/${name}`);
  const first = wave.workloads.filter(isNamed);
  const rest = wave.workloads.filter((workload) => !isNamed(workload));
  if (first.length === 0 || rest.length === 0) return [wave];

  const places = new Set(first.map(({ namespace }) => namespace));
  const isTag = wave.tagMoves.length > 0;
  const within = (places_: readonly string[]): readonly string[] =>
    isTag ? places_ : places_.filter((name) => places.has(name));
  const { podLabelled: all = [], ...selecting } = wave;
  const podLabelled = within(all);
  return [
    {
      ...selecting,
      namespaces: within(wave.namespaces),
      ...(podLabelled.length === 0 ? {} : { podLabelled }),
      namespaceMoves: wave.namespaceMoves.filter(({ namespace }) => places.has(namespace)),
      workloads: first,
      part: 'first',
    },
    {
      ...wave,
      tagMoves: [],
      namespaceMoves: wave.namespaceMoves.filter(({ namespace }) => !places.has(namespace)),
      workloads: rest,
      part: 'rest',
    },
  ];
}
