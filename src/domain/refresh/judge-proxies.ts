import type { MeshInventory } from '../inventory/inventory.ts';
import type { LoosePodDetail, WorkloadDetail } from '../inventory/workload-detail.ts';
import {
  ownerOf,
  type LeftWorkload,
  type PlannedWorkload,
  type TreatedWorkloads,
} from '../restart/treatment.ts';
import type { IstioVersion } from '../version/istio-version.ts';
import { ageOf } from './proxy-age.ts';
import type { ProxyTarget } from './proxy-target.ts';
import type { RenderedProxies } from './rendered-proxy.ts';

/** A workload whose proxies are older than the one that a restart brings. */
export interface OlderWorkload {
  readonly workload: PlannedWorkload;
  readonly target: ProxyTarget;
  /** Of its proxies. */
  readonly oldest: IstioVersion;
}

/** A workload that keeps its proxy. */
export interface KeptProxy extends LeftWorkload {
  /** Whether the proxy is known to be older, or cannot be compared. */
  readonly age: 'older' | 'unknown';
}

export interface JudgedProxies {
  readonly older: readonly OlderWorkload[];
  readonly kept: readonly KeptProxy[];
  /** Workloads whose proxies are as new as their control plane. */
  readonly current: number;
}

/** Something with proxies, what is done with it, and whether a restart would bring it another proxy. */
interface Subject {
  readonly named: Omit<LeftWorkload, 'because'>;
  readonly uid: string;
  readonly running: Parameters<typeof ageOf>[0];
  readonly stays?: string;
}

/** Which proxies of a mesh are older than the control plane that would inject them now. */
export function judgeProxies(
  inventory: Pick<MeshInventory, 'workloads' | 'loosePods'>,
  { moved, left }: TreatedWorkloads,
  rendered: RenderedProxies,
): JudgedProxies {
  const planned = new Map(moved.map((each) => [each.uid, toPlanned(each)]));
  const reasons = new Map(left.map((each) => [nameOf(each), each.because]));
  const older: OlderWorkload[] = [];
  const kept = new Map<string, KeptProxy>();
  let current = 0;
  for (const { named, uid, running, stays } of subjectsOf(inventory)) {
    const age = ageOf(running, rendered);
    if (age.kind === 'current') {
      current += 1;
    } else if (age.kind === 'unknown') {
      kept.set(nameOf(named), { ...named, age: 'unknown', because: age.why });
    } else {
      const workload = planned.get(uid);
      const isInjectedAnew = workload?.treatment.kind === 'inject';
      const because =
        (isInjectedAnew ? undefined : stays) ??
        (workload === undefined ? whyLeft(reasons, named) : undefined);
      if (workload !== undefined && because === undefined) {
        older.push({ workload, target: age.target, oldest: age.oldest });
      } else {
        kept.set(nameOf(named), { ...named, age: 'older', because: because ?? NOT_TREATED });
      }
    }
  }
  return { older, kept: [...kept.values()], current };
}

const NOT_TREATED = 'meshlift does not know how it is restarted';

function whyLeft(
  reasons: ReadonlyMap<string, string>,
  named: Omit<LeftWorkload, 'because'>,
): string {
  return reasons.get(nameOf(named)) ?? NOT_TREATED;
}

function subjectsOf({
  workloads,
  loosePods,
}: Pick<MeshInventory, 'workloads' | 'loosePods'>): readonly Subject[] {
  const known = new Set(workloads.map(nameOf));
  return [
    ...workloads.filter(({ podsWithProxy }) => podsWithProxy > 0).map(subjectOfWorkload),
    ...loosePods.filter((pod) => !known.has(nameOf(ownerOf(pod)))).map(subjectOfPod),
  ];
}

function subjectOfWorkload(workload: WorkloadDetail): Subject {
  const { kind, namespace, name, uid, proxyImages, prediction, actualRevision } = workload;
  const stays = whyItStays(workload);
  return {
    named: { kind, namespace, name },
    uid,
    running: {
      images: Object.keys(proxyImages),
      prediction,
      ...(actualRevision === undefined ? {} : { actualRevision }),
    },
    ...(stays === undefined ? {} : { stays }),
  };
}

/** Of a pod that nobody owns no template says who would inject it again: it is who did. */
function subjectOfPod(pod: LoosePodDetail): Subject {
  const { uid, revision, proxyImage } = pod;
  return {
    named: ownerOf(pod),
    uid,
    running: {
      images: [proxyImage ?? 'no image'],
      prediction: { kind: 'injected', revision, webhook: '' },
      actualRevision: revision,
    },
  };
}

/** Why new pods would not get the control plane's proxy. */
function whyItStays({
  prediction,
  manualProxyImage,
  pinnedProxyImage,
}: WorkloadDetail): string | undefined {
  if (manualProxyImage !== undefined) {
    return `its pod template carries a proxy of its own (${manualProxyImage}): inject it again by hand`;
  }
  if (pinnedProxyImage !== undefined) {
    return `its proxy image is pinned to ${pinnedProxyImage}: take the annotation away`;
  }
  if (prediction.kind === 'none') return `its next pods would get no proxy: ${prediction.why}`;
  return prediction.kind === 'refused'
    ? `its next pods could not be created: ${prediction.why}`
    : undefined;
}

function nameOf({ kind, namespace, name }: Omit<LeftWorkload, 'because'>): string {
  return `${kind} ${namespace}/${name}`;
}

/** Without what was observed of it, which is no part of a plan. */
function toPlanned({ kind, namespace, name, uid, treatment }: PlannedWorkload): PlannedWorkload {
  return { kind, namespace, name, uid, treatment };
}
