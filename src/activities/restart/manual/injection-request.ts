import type { ManualInjection } from '../../../config/config.ts';
import type { WorkloadDetail } from '../../../domain/inventory/workload-detail.ts';
import type { WorkloadRef } from '../../../domain/mesh/observed-mesh.ts';
import type { PreflightFacts } from '../../../domain/preflight/facts.ts';
import { whyTemplateStays } from '../../../domain/restart/manual/why-template-stays.ts';
import { isInjectedByHand } from '../../../domain/restart/treatment.ts';
import type { CompiledRelease } from '../../release/compile-release.ts';
import type { RunningRelease } from '../../release/recover-release.ts';
import type { InjectionRequest } from './plan-injection.ts';

/** What was injected by hand. The proxy of a gateway that its installer made is none of it. */
export function injectionRequest(
  given: ManualInjection | undefined,
  {
    facts,
    source,
    compiled,
  }: {
    readonly facts: PreflightFacts;
    readonly source: RunningRelease | undefined;
    readonly compiled: CompiledRelease | undefined;
  },
): InjectionRequest {
  const { mesh, inventory, target: version, targetRevision: revision } = facts;
  const byHand = inventory.workloads.filter((each) => isInjectedByHand(each) && !each.isGateway);
  const budgets = inventory.budgets.kind === 'known' ? inventory.budgets.value : [];
  return {
    given,
    workloads: findInjected(mesh.workloads, byHand),
    stuck: new Map(
      byHand.flatMap((each): [string, string][] => {
        const because = whyTemplateStays(each, budgets);
        return because === undefined ? [] : [[each.uid, because]];
      }),
    ),
    ...(source === undefined || compiled === undefined
      ? {}
      : {
          releases: {
            source,
            target: { revision, version, meshNamespace: mesh.meshNamespace },
            objects: compiled.release.objects.map(({ object }) => object),
          },
        }),
  };
}

function findInjected(
  workloads: readonly WorkloadRef[],
  byHand: readonly WorkloadDetail[],
): readonly WorkloadRef[] {
  const uids = new Set(byHand.map(({ uid }) => uid));
  return workloads.filter(({ uid }) => uids.has(uid));
}
