import { formatKeyed, pickKeys } from '../journal/keyed-values.ts';
import type { KeyedValues } from '../journal/change.ts';
import { INJECTION_LABEL, REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { ObservedMesh, ObservedNamespace, WorkloadRef } from '../mesh/observed-mesh.ts';
import type { UpgradePlan } from './plan.ts';
import type { PlanChange } from './plan-change.ts';
import type { StepOf } from './step.ts';

type Wave = StepOf<'wave'>;

/** What a plan was made from, as far as the plan says it, against the mesh as it is now. */
export function compareSeen(kept: UpgradePlan, mesh: ObservedMesh): readonly PlanChange[] {
  const waves = kept.steps.filter((step) => step.kind === 'wave');
  const tags = compareTags(kept, mesh);
  const moved = new Set(tags.map(({ subject }) => subject));
  return [
    ...changed(`cluster ${kept.cluster.name}`, 'uid', kept.cluster.uid, mesh.clusterUid),
    ...compareControlPlanes(kept, mesh),
    ...tags,
    ...compareValidator(kept, mesh),
    ...compareNamespaces(waves, mesh),
    ...newNamespaces(waves, kept.from.revision, mesh, moved),
    ...compareWorkloads(waves, mesh),
  ];
}

function compareControlPlanes({ from, to }: UpgradePlan, mesh: ObservedMesh): PlanChange[] {
  const subject = (revision: string): string => `control plane ${revision}`;
  const source = mesh.controlPlanes.find(({ revision }) => revision === from.revision);
  const others = mesh.controlPlanes.filter(({ revision }) => revision !== from.revision);
  return [
    ...(source === undefined
      ? [{ kind: 'disappeared' as const, subject: subject(from.revision) }]
      : changed(subject(from.revision), 'version', from.version, source.version)),
    ...others.map(({ revision, version }): PlanChange => ({
      kind: 'appeared',
      subject: subject(revision),
      to: `version ${version ?? 'unknown'}${revision === to.revision ? ', the target of the plan' : ''}`,
    })),
  ];
}

function compareTags({ steps, from }: UpgradePlan, mesh: ObservedMesh): PlanChange[] {
  const planned = new Map(
    steps
      .flatMap((step) =>
        step.kind === 'wave' || step.kind === 'move-default' ? step.tagMoves : [],
      )
      .map((move) => [move.tag, move]),
  );
  const live = new Map(mesh.tags.map((tag) => [tag.tag, tag]));
  return [
    ...[...planned.values()].flatMap((move): PlanChange[] => {
      const now = live.get(move.tag);
      const subject = `tag ${move.tag}`;
      if (now === undefined) return [{ kind: 'disappeared', subject }];
      return [
        ...changed(subject, 'revision', move.from, now.revision),
        ...changed(subject, 'webhook', move.webhook, now.webhook),
      ];
    }),
    ...mesh.tags
      .filter(({ tag, revision }) => revision === from.revision && !planned.has(tag))
      .map(({ tag, revision }): PlanChange => ({
        kind: 'appeared',
        subject: `tag ${tag}`,
        to: `points to ${revision}`,
      })),
  ];
}

function compareValidator({ steps, from }: UpgradePlan, mesh: ObservedMesh): PlanChange[] {
  const planned = steps
    .map((step) => ('validator' in step ? step.validator : undefined))
    .find((validator) => validator !== undefined);
  const now = mesh.defaultValidatorRevision;
  if (planned !== undefined) return changed('default validator', 'revision', planned.from, now);
  return now === from.revision
    ? [{ kind: 'appeared', subject: 'default validator', to: `sends to ${now}` }]
    : [];
}

const LABELS = [INJECTION_LABEL, REVISION_LABEL];

/** The namespaces of a wave that select by their own labels. */
function selectingIn({ namespaces, podLabelled = [] }: Wave): readonly string[] {
  return namespaces.filter((name) => !podLabelled.includes(name));
}

/** By the labels that select; a namespace that moves by a tag carries the tag's name. */
function compareNamespaces(waves: readonly Wave[], mesh: ObservedMesh): PlanChange[] {
  const live = new Map(mesh.namespaces.map((namespace) => [namespace.name, namespace]));
  const seen = waves.flatMap((wave) => [
    ...wave.namespaceMoves.map(({ namespace, uid, prior }) => ({ name: namespace, uid, prior })),
    ...wave.tagMoves.flatMap(({ tag }) =>
      selectingIn(wave).map((name) => ({
        name,
        uid: undefined,
        prior: { [INJECTION_LABEL]: null, [REVISION_LABEL]: tag },
      })),
    ),
  ]);
  return seen.flatMap(({ name, uid, prior }): PlanChange[] => {
    const now = live.get(name);
    const subject = `Namespace ${name}`;
    if (now === undefined) return [{ kind: 'disappeared', subject }];
    return [
      ...(uid === undefined ? [] : changed(subject, 'uid', uid, now.uid)),
      ...compareLabels(subject, prior, now),
    ];
  });
}

function compareLabels(
  subject: string,
  prior: KeyedValues,
  { labels }: ObservedNamespace,
): PlanChange[] {
  const now = pickKeys(labels, LABELS);
  return LABELS.flatMap((label) =>
    changed(subject, `labels.${label}`, prior[label] ?? undefined, now[label] ?? undefined),
  );
}

/** Namespaces that would move now and did not then; those of a tag that changed are told by the tag. */
function newNamespaces(
  waves: readonly Wave[],
  revision: string,
  mesh: ObservedMesh,
  changedTags: ReadonlySet<string>,
): PlanChange[] {
  const known = new Set(waves.flatMap(({ namespaces }) => namespaces));
  return mesh.namespaces
    .filter(({ name, selection }) => {
      if (known.has(name) || !('revision' in selection) || selection.revision !== revision) {
        return false;
      }
      return selection.kind !== 'tag' || !changedTags.has(`tag ${selection.tag}`);
    })
    .map(({ name, labels }) => ({
      kind: 'appeared',
      subject: `Namespace ${name}`,
      to: formatKeyed(labels),
    }));
}

function compareWorkloads(waves: readonly Wave[], mesh: ObservedMesh): PlanChange[] {
  const there = new Set(mesh.namespaces.map(({ name }) => name));
  const namespaces = new Set(
    waves.flatMap((wave) => wave.namespaces).filter((name) => there.has(name)),
  );
  const nameOf = ({ kind, namespace, name }: WorkloadRef): string => `${kind} ${namespace}/${name}`;
  const inScope = ({ namespace }: WorkloadRef): boolean => namespaces.has(namespace);
  const planned = waves.flatMap(({ workloads }) => workloads).filter(inScope);
  const live = new Map(mesh.workloads.filter(inScope).map((each) => [nameOf(each), each]));
  const known = new Set(planned.map(nameOf));
  // Elsewhere a workload does not belong to a wave because of where it is.
  const selecting = new Set(waves.flatMap(selectingIn));
  return [
    ...planned.flatMap((workload): PlanChange[] => {
      const subject = nameOf(workload);
      const now = live.get(subject);
      if (now === undefined) return [{ kind: 'disappeared', subject }];
      return changed(subject, 'uid', workload.uid, now.uid);
    }),
    ...[...live]
      .filter(([subject, { namespace }]) => !known.has(subject) && selecting.has(namespace))
      .map(([subject]): PlanChange => ({ kind: 'appeared', subject })),
  ];
}

function changed(
  subject: string,
  path: string,
  from: string | undefined,
  to: string | undefined,
): PlanChange[] {
  if (from === to) return [];
  return [
    {
      kind: 'changed',
      subject,
      path,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
  ];
}
