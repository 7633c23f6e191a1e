import { cancellationSignal } from '@temporalio/activity';
import type { ClusterAccess } from '../clients/cluster-access.ts';
import { assertNever } from '../domain/assert-never.ts';
import { REVISION_LABEL } from '../domain/mesh/istio-labels.ts';
import type { UpgradePlan } from '../domain/planning/plan.ts';
import type { StepOf, TagMove } from '../domain/planning/step.ts';
import { parseIstioVersion } from '../domain/version/istio-version.ts';
import type { MeshInstaller } from '../installers/installer.ts';
import { deleteChanges, namespaceChanges, webhookChange } from './changes/build-changes.ts';
import { performChange, type OwnedChange } from './changes/perform-change.ts';
import { ActivityError } from './errors.ts';
import { assertReadyToSelect } from './health/assert-ready.ts';
import { assertUnused } from './health/assert-unused.ts';
import { loadStep, recordOf } from './load-plan.ts';
import { assertPlannedBinary } from './planned-binaries.ts';
import { readJournal, writeJournal } from './record/step-journal.ts';
import { applyRelease } from './release/apply-release.ts';
import { recordedObjects } from './release/recorded-release.ts';
import type { StepRef } from './run-ref.ts';

/** What a mutating step came to. */
export interface StepReceipt {
  /** Objects that carry what the step wanted, by now. */
  readonly objects: number;
}

const MUTATING_KINDS = [
  'apply-crds',
  'install-control-plane',
  'wave',
  'move-default',
  'restore-labels',
  'remove-control-plane',
] as const;

/**
 * Carries out a mutating step (of a wave: the moving of its selectors). The journal is in the
 * cluster before the first mutation; a repeated call finds it and only does what is missing.
 */
export async function applyStep(
  access: ClusterAccess,
  installer: MeshInstaller,
  ref: StepRef,
): Promise<StepReceipt> {
  const { plan, step } = await loadStep(access, ref, MUTATING_KINDS);
  if (step.kind === 'apply-crds' || step.kind === 'install-control-plane') {
    const record = recordOf(access, ref);
    const objects = await recordedObjects(record, plan, step.component);
    return { objects: await applyRelease(access, record, step, objects) };
  }
  const changes = await journaledChanges(access, installer, ref, plan, step);
  for (const change of changes) {
    await performChange(change.kind === 'labels' ? access.worker : access.installer, change);
  }
  await writeJournal(recordOf(access, ref), step.id, 'done', changes);
  return { objects: changes.length };
}

type OwnedStep = StepOf<'wave' | 'move-default' | 'restore-labels' | 'remove-control-plane'>;

async function journaledChanges(
  access: ClusterAccess,
  installer: MeshInstaller,
  ref: StepRef,
  plan: UpgradePlan,
  step: OwnedStep,
): Promise<readonly OwnedChange[]> {
  const record = recordOf(access, ref);
  const journal = await readJournal(record, step.id);
  if (journal !== undefined) return journal.changes.filter(isOwned);
  const changes = await buildChanges(access, installer, plan, step);
  await writeJournal(record, step.id, 'begun', changes);
  return changes;
}

function isOwned(change: { readonly kind: string }): change is OwnedChange {
  return !['create', 'update', 'recreate'].includes(change.kind);
}

async function buildChanges(
  access: ClusterAccess,
  installer: MeshInstaller,
  plan: UpgradePlan,
  step: OwnedStep,
): Promise<readonly OwnedChange[]> {
  switch (step.kind) {
    case 'wave': {
      // Ready before selected: nothing may point to a revision that cannot inject (I1).
      await assertReadyToSelect(access, plan);
      return [
        ...(await defaultChanges(access, installer, plan, step)),
        ...(await namespaceChanges(access.worker, step.namespaceMoves)),
      ];
    }
    case 'move-default': {
      await assertReadyToSelect(access, plan);
      return defaultChanges(access, installer, plan, step);
    }
    case 'restore-labels':
      return namespaceChanges(access.worker, step.namespaceMoves);
    case 'remove-control-plane': {
      await assertUnused(access, plan, step.revision);
      return deleteChanges(access, step.objects, step.revision);
    }
    default:
      return assertNever(step);
  }
}

/** Tags, and the default validator where that moves with them. */
async function defaultChanges(
  access: ClusterAccess,
  installer: MeshInstaller,
  plan: UpgradePlan,
  { tagMoves, validator }: Pick<StepOf<'move-default'>, 'tagMoves' | 'validator'>,
): Promise<readonly OwnedChange[]> {
  const tags = await tagChanges(access, installer, plan, tagMoves);
  return validator === undefined ? tags : [...tags, await validatorChange(access, validator)];
}

async function tagChanges(
  access: ClusterAccess,
  installer: MeshInstaller,
  plan: UpgradePlan,
  moves: readonly TagMove[],
): Promise<OwnedChange[]> {
  const version = parseIstioVersion(plan.to.version);
  if (version === undefined) throw new TypeError(`not a version in the plan: ${plan.to.version}`);
  if (moves.length > 0) await assertPlannedBinary(installer, plan, version);
  return Promise.all(
    moves.map(async ({ tag, webhook, from, to }) => {
      const rendered = await installer.renderTag(
        {
          tag,
          revision: to,
          version,
          meshNamespace: plan.meshNamespace,
          kubeconfig: access.installerKubeconfig,
        },
        cancellationSignal(),
      );
      const next = rendered.find(
        ({ kind, metadata }) =>
          kind === 'MutatingWebhookConfiguration' && metadata.name === webhook,
      );
      const live = await access.installer.get({ ...MUTATING, name: webhook });
      if (next === undefined || live === undefined) {
        throw new ActivityError(
          'ForeignChange',
          `tag ${tag}: expected webhook ${webhook} in the cluster and in what istioctl ${version} renders, found it ${live === undefined ? 'gone from the cluster' : 'not rendered'}. Make a new plan`,
        );
      }
      return webhookChange(live, next, from);
    }),
  );
}

const MUTATING = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
} as const;

/** The default validator, with its Service and label pointed elsewhere and the rest as it is. */
async function validatorChange(
  { installer }: ClusterAccess,
  move: { readonly name: string; readonly from: string; readonly to: string },
): Promise<OwnedChange> {
  const ref = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    name: move.name,
  };
  const live = await installer.get(ref);
  if (live === undefined) {
    throw new ActivityError(
      'ForeignChange',
      `expected the default validator ${move.name} as planned, found none. Make a new plan`,
    );
  }
  return webhookChange(live, redirect(live, move), move.from);
}

function redirect(
  live: Parameters<typeof webhookChange>[0],
  { from, to }: { readonly from: string; readonly to: string },
): Parameters<typeof webhookChange>[1] {
  const text = JSON.stringify(live['webhooks'] ?? []);
  const webhooks = JSON.parse(text, (key, value: unknown) =>
    key === 'name' && value === `istiod-${from}` ? `istiod-${to}` : value,
  ) as unknown;
  return {
    ...live,
    metadata: { ...live.metadata, labels: { ...live.metadata.labels, [REVISION_LABEL]: to } },
    webhooks,
  };
}
