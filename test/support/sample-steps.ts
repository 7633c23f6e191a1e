import type { Change } from '../../src/domain/journal/change.ts';
import { refOf } from '../../src/domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { StepOf, UpgradeStep } from '../../src/domain/planning/step.ts';
import type { FakeKubernetes } from './fake-kubernetes.ts';
import { namespaceObject } from './kubernetes-objects.ts';
import { NEW, OLD } from './placed-mesh.ts';
import { RUN, samplePlan } from './sample-run.ts';

/** One step of each kind that an undo treats in its own way; a wave is made by `waveStep`. */
export const CRDS: UpgradeStep = {
  id: 'crds',
  kind: 'apply-crds',
  component: 'Base',
  objects: [],
  title: 'Bring CRDs',
  undo: { kind: 'keep', because: 'CRDs are never lowered' },
};
export const INSTALL: StepOf<'install-control-plane'> = {
  id: 'control-plane',
  kind: 'install-control-plane',
  component: 'Pilot',
  objects: [],
  title: 'Install',
  undo: { kind: 'restore-prior' },
};
export const LABELS: UpgradeStep = {
  id: 'owner-labels',
  kind: 'restore-labels',
  namespaceMoves: [],
  title: 'Put labels back',
  undo: { kind: 'restore-prior' },
};
export const REMOVAL: UpgradeStep = {
  id: 'remove-control-plane',
  kind: 'remove-control-plane',
  revision: OLD,
  objects: [],
  title: 'Remove',
  undo: { kind: 'point-of-no-return' },
};

/** The plan of a rollback of the sample run, with these steps. */
export function planOfRollback(steps: readonly UpgradeStep[]): UpgradePlan {
  const { from, to, ...plan } = samplePlan(steps, { controlPlaneDeadlineSeconds: 30 });
  return { ...plan, strategy: 'rollback', from: to, to: from, takesBack: RUN.runId };
}

/** A namespace whose label the run moved, and what it says by now. */
export function movedNamespace(cluster: FakeKubernetes, name: string, label: string = NEW): Change {
  const live = cluster.place(namespaceObject(name, { 'istio.io/rev': label }));
  return {
    kind: 'labels',
    ref: refOf(live),
    uid: live.metadata.uid ?? '',
    prior: { 'istio.io/rev': OLD },
    applied: { 'istio.io/rev': NEW },
  };
}
