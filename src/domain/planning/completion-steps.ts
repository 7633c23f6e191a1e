import { DEFAULT_TAG } from '../mesh/istio-labels.ts';
import { nameFew } from './name-few.ts';
import { orderDeletions } from './order-deletions.ts';
import type { PlanMaterial } from './plan-material.ts';
import type { UpgradeStep } from './step.ts';
import { validatorMove } from './validator-move.ts';
import { buildLabelRestoration, buildRemainingTagMoves, type WaveContent } from './waves.ts';

/** What a canary upgrade does once a person has let it: the default, the owners' labels, the old control plane. */
export function completionSteps(
  material: PlanMaterial,
  waves: readonly WaveContent[],
): readonly UpgradeStep[] {
  const { mesh, from, to, old, policy } = material;
  const namespaceMoves = buildLabelRestoration(mesh, waves);
  return [
    ...defaultSteps(material, waves),
    ...(namespaceMoves.length > 0
      ? [
          {
            id: 'owner-labels',
            kind: 'restore-labels' as const,
            namespaceMoves,
            title: `Put the owners' labels back on ${nameFew(namespaceMoves.map(({ namespace }) => namespace))}`,
            undo: { kind: 'restore-prior' as const },
          },
        ]
      : []),
    {
      id: 'census',
      kind: 'census',
      revision: from.revision,
      graceSeconds: policy.pruneGraceSeconds,
      title: `Prove that nothing uses ${from.revision} any more`,
      undo: { kind: 'none' },
    },
    {
      id: 'remove-control-plane',
      kind: 'remove-control-plane',
      revision: from.revision,
      objects: orderDeletions(old),
      title: `Remove control plane ${from.revision}`,
      undo: { kind: 'point-of-no-return' },
    },
    {
      id: 'verify-mesh',
      kind: 'verify-mesh',
      revision: to.revision,
      title: `Prove that the mesh is wholly on ${to.revision}`,
      undo: { kind: 'none' },
    },
  ];
}

/** What of the default no wave has moved, and the tags that nothing uses. */
function defaultSteps(
  material: PlanMaterial,
  waves: readonly WaveContent[],
): readonly UpgradeStep[] {
  const { mesh, from, to } = material;
  const tagMoves = buildRemainingTagMoves(mesh, waves, { from: from.revision, to: to.revision });
  const isMoved = waves.some((wave) => wave.tagMoves.some(({ tag }) => tag === DEFAULT_TAG));
  const validator = isMoved ? undefined : validatorMove(material);
  if (tagMoves.length === 0 && validator === undefined) return [];
  return [
    {
      id: 'default',
      kind: 'move-default',
      tagMoves,
      ...(validator === undefined ? {} : { validator }),
      title: isMoved
        ? `Move the tags that nothing uses to ${to.revision}`
        : `Make ${to.revision} the default for injection and validation`,
      undo: { kind: 'restore-prior' },
    },
  ];
}
