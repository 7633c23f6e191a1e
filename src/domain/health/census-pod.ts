import { assertNever } from '../assert-never.ts';
import type { Known } from '../inventory/known.ts';
import type { PodFacts } from '../mesh/interpret-pods.ts';
import { imageVersion } from '../version/image-version.ts';
import { isAsNew } from '../refresh/proxy-target.ts';
import { parseIstioVersion } from '../version/istio-version.ts';
import type { Connection } from './connections.ts';

/** What a pod is held against. */
export interface PodTarget {
  readonly revision: string;
  readonly version: string;
  /** Whether it has to be that very version, and no newer one. */
  readonly exact?: true;
  /** The proxy's image as the revision's injector renders it. */
  readonly image: Known<string>;
  /** Absent where nobody asks istiod. */
  readonly connectionOf?: (pod: PodFacts) => Connection;
  /** Whether a connection of which nobody can tell counts against the pod. */
  readonly mustKnow: boolean;
}

/** What a census found of one pod that is there to stay, or is not gone yet. */
export interface CountedPod {
  /** Injected by the target, with its proxy image as far as that can be told. */
  readonly isOnTarget: boolean;
  /** READY n/n. */
  readonly isReady: boolean;
  /** Of one that is both, where istiod is asked. */
  readonly connection?: Connection['kind'];
  /** Why it is not done; absent when it is. */
  readonly problem?: Problem;
  /** What could not be told, and does not count against it. */
  readonly remark?: string;
}

export interface Problem {
  readonly because: string;
  /** `passes`: waiting may do. `declared`: its owner wants it so, and no restart changes it. */
  readonly kind: 'passes' | 'stays' | 'declared';
}

/** Annotation, image, readiness and connection of one pod, in this order: the first that is wrong tells. */
export function countPod(pod: PodFacts, target: PodTarget): CountedPod {
  const image = compareImage(pod, target);
  const isOnTarget = pod.revision === target.revision && image.kind !== 'other';
  const isReady = pod.ready && pod.unready === undefined;
  const mark = { isOnTarget, isReady };
  if (pod.terminating) return { ...mark, ...goingProblem(isOnTarget) };
  if (pod.revision !== target.revision) {
    const by = pod.revision === undefined ? 'has no proxy' : `was injected by ${pod.revision}`;
    return { ...mark, problem: { because: by, kind: 'stays' } };
  }
  if (image.kind === 'other') return { ...mark, problem: image.problem };
  if (!isReady) return { ...mark, problem: { because: describeUnready(pod), kind: 'passes' } };
  const remark = image.kind === 'unknown' ? { remark: image.why } : {};
  const connection = target.connectionOf?.(pod);
  if (connection === undefined) return { ...mark, ...remark };
  return { ...mark, ...remark, ...judgeConnection(connection, target) };
}

/** One of the target that goes is as good as gone; an old one is still there. */
function goingProblem(isOnTarget: boolean): Pick<CountedPod, 'problem'> {
  return isOnTarget ? {} : { problem: { because: 'is not gone yet', kind: 'passes' } };
}

function describeUnready({ unready = [] }: PodFacts): string {
  return unready.length === 0 ? 'is not ready' : `is not ready: ${unready.join(', ')}`;
}

function judgeConnection(
  connection: Connection,
  { revision, mustKnow }: PodTarget,
): Pick<CountedPod, 'connection' | 'problem' | 'remark'> {
  const { kind } = connection;
  const not = `is not connected to an istiod of ${revision}`;
  switch (kind) {
    case 'synced':
      return { connection: kind };
    case 'behind':
      return {
        connection: kind,
        problem: { because: `is not synced: ${connection.what.join(', ')}`, kind: 'passes' },
      };
    case 'absent': {
      const { elsewhere } = connection;
      const because = elsewhere === undefined ? not : `${not} but of ${elsewhere}`;
      return { connection: kind, problem: { because, kind: 'passes' } };
    }
    case 'unknown': {
      if (!mustKnow) return { connection: kind, remark: connection.why };
      const because = `is connected to nobody knows what: ${connection.why}`;
      return { connection: kind, problem: { because, kind: 'passes' } };
    }
    default:
      return assertNever(kind);
  }
}

type ImageAnswer =
  | { readonly kind: 'same' }
  | { readonly kind: 'other'; readonly problem: Problem }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * The same image, or the same version of it: another registry is a mirror, another variant
 * (`-distroless`) the choice of a ProxyConfig, and a newer version that of an istiod patched since.
 */
function compareImage(
  { proxyImage, pinnedImage }: PodFacts,
  { image, version, exact }: PodTarget,
): ImageAnswer {
  if (proxyImage === undefined) return { kind: 'unknown', why: 'it has no container istio-proxy' };
  if (image.kind === 'known' && image.value === proxyImage) return { kind: 'same' };
  const [found, wanted] = [imageVersion(proxyImage), parseIstioVersion(version)];
  if (found !== undefined && wanted !== undefined) {
    if (isAsNew(found, wanted, exact === undefined ? {} : { exact })) return { kind: 'same' };
  } else if (image.kind === 'unknown') {
    return { kind: 'unknown', why: `whether ${proxyImage} is its proxy: ${image.why}` };
  }
  const because = `runs ${proxyImage}`;
  if (pinnedImage === proxyImage) {
    return {
      kind: 'other',
      problem: { because: `${because}, to which it is pinned`, kind: 'declared' },
    };
  }
  const expected = image.kind === 'known' ? image.value : `a proxy of ${version}`;
  return { kind: 'other', problem: { because: `${because}, not ${expected}`, kind: 'stays' } };
}
