import type { Finding } from '../../finding.ts';
import type { WorkloadDetail } from '../../inventory/workload-detail.ts';
import type { ObservedWorkload } from '../../mesh/observed-mesh.ts';
import { selectedRevision } from '../../mesh/select-revision.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';
import { podLabelChecks } from '../pod-label-checks.ts';
import { isInjectedByHand } from '../../restart/treatment.ts';
import { remedyFor } from '../restart-remedy.ts';

/** The old revision can go only when everything that uses it can be moved by a restart. */
export const workloadsMovableRule: Rule = {
  documents: [
    {
      code: 'WorkloadCannotBeMoved',
      severity: 'blocking',
      meaning:
        "a meshed workload would not follow its namespace's label at a restart: its pods choose a revision by a label of their own that cannot be moved, or its proxy was injected by hand or is pinned to an image.",
      remedy:
        'label the namespace instead of the pods, let the injector choose the proxy, or take the workload out of the mesh.',
    },
  ],
  check: checkRestartable,
};

function stuck(subject: string, found: string, remedy: string): Finding {
  return {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject,
    message: `expected every proxy to follow its namespace's label at a restart; ${found}`,
    remedy,
  };
}

function checkRestartable(facts: PreflightFacts): readonly Finding[] {
  const { mesh, inventory } = facts;
  const whyLabelStays = podLabelChecks(facts);
  const details = new Map(inventory.workloads.map((detail) => [nameWorkload(detail), detail]));
  const selecting = new Set(
    mesh.namespaces
      .filter(({ selection }) => selectedRevision(selection) !== undefined)
      .map(({ name }) => name),
  );
  return mesh.workloads.flatMap((workload) => {
    const subject = nameWorkload(workload);
    const detail = details.get(subject);
    if (detail !== undefined && isInjectedAgain(detail, facts)) return [];
    const why = whyStuck(workload, detail, facts);
    if (why !== undefined) return [stuck(subject, why, remedyFor(workload, detail))];
    // In place no label has to move.
    if (facts.strategy === 'in-place') return [];
    if (selecting.has(workload.namespace) || detail === undefined) return [];
    const label = whyLabelStays(detail);
    return label === undefined ? [] : [stuck(subject, label.found, label.remedy)];
  });
}

/** Injected by hand, and nothing keeps it from being injected again from its original manifest. */
function isInjectedAgain(detail: WorkloadDetail, { refusedInjections }: PreflightFacts): boolean {
  if (!isInjectedByHand(detail) || detail.isGateway || refusedInjections === undefined)
    return false;
  return !refusedInjections.has(detail.uid);
}

function whyStuck(
  { cannotRestart, uid }: ObservedWorkload,
  detail: WorkloadDetail | undefined,
  { refusedInjections }: PreflightFacts,
): string | undefined {
  const { manualProxyImage, pinnedProxyImage, isGateway } = detail ?? {};
  if (isGateway === true && manualProxyImage !== undefined) {
    return `its pod template carries the proxy ${manualProxyImage}: it is a gateway that only the installer upgrades`;
  }
  // What the pod template says may stand in an init container too: there only the inventory looks.
  if (manualProxyImage !== undefined) {
    const because = refusedInjections?.get(uid) ?? 'its original manifest is not given';
    return `its pod template carries a proxy of its own (${manualProxyImage}): it was injected by hand, and ${because}`;
  }
  if (cannotRestart !== undefined) return cannotRestart;
  return pinnedProxyImage === undefined
    ? undefined
    : `its proxy image is pinned to ${pinnedProxyImage}`;
}
