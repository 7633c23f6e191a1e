import { describe, expect, it } from '@jest/globals';
import { countPod, type PodTarget } from '../../../src/domain/health/census-pod.ts';
import type { Connection } from '../../../src/domain/health/connections.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import type { PodFacts } from '../../../src/domain/mesh/interpret-pods.ts';
import { podFacts } from '../../support/sample-pod.ts';
import { without } from '../../support/without.ts';

const IMAGE = 'docker.io/istio/proxyv2:1.26.1';

function target(changes: Partial<PodTarget> = {}): PodTarget {
  return {
    revision: '1-26-1',
    version: '1.26.1',
    image: known(IMAGE),
    mustKnow: false,
    ...changes,
  };
}

function pod(changes: Partial<PodFacts> = {}): PodFacts {
  return podFacts({ proxyImage: IMAGE, ...changes });
}

const WELL = { isOnTarget: true, isReady: true };

function connected(connection: Connection, mustKnow = false): PodTarget {
  return target({ connectionOf: () => connection, mustKnow });
}

describe('a pod', () => {
  it('that is ready with the target’s proxy has no problem', () => {
    expect(countPod(pod(), target())).toEqual(WELL);
  });

  it.each<readonly [string, Partial<PodFacts>, string, string]>([
    ['of the old revision', { revision: '1-25-1' }, 'was injected by 1-25-1', 'stays'],
    [
      'of the target with the image of another version',
      { proxyImage: 'docker.io/istio/proxyv2:1.25.1' },
      `runs docker.io/istio/proxyv2:1.25.1, not ${IMAGE}`,
      'stays',
    ],
    [
      'of the target with an image that is pinned',
      { proxyImage: 'local/proxyv2:1.24.0', pinnedImage: 'local/proxyv2:1.24.0' },
      'runs local/proxyv2:1.24.0, to which it is pinned',
      'declared',
    ],
    ['that is not ready', { ready: false }, 'is not ready', 'passes'],
    [
      'of which a container is not ready',
      { unready: ['istio-proxy'] },
      'is not ready: istio-proxy',
      'passes',
    ],
    [
      'of the old revision that goes',
      { revision: '1-25-1', terminating: true },
      'is not gone yet',
      'passes',
    ],
  ])('%s tells why it is not done', (_what, changes, because, kind) => {
    expect(countPod(pod(changes), target()).problem).toEqual({ because, kind });
  });

  it('without a proxy tells so', () => {
    const plain = without(pod(), 'revision');

    expect(countPod(plain, target()).problem?.because).toBe('has no proxy');
  });

  it('of the target that goes is nobody’s problem', () => {
    expect(countPod(pod({ terminating: true, ready: false }), target()).problem).toBeUndefined();
  });
});

describe('the image of a proxy is that of the target', () => {
  it.each([
    ['from a mirror', 'mirror.example.com/istio/proxyv2:1.26.1'],
    ['in another variant', `${IMAGE}-distroless`],
    ['of an istiod that was patched since', 'docker.io/istio/proxyv2:1.26.2'],
  ])('%s', (_what, proxyImage) => {
    expect(countPod(pod({ proxyImage }), target())).toEqual(WELL);
  });

  it('by its whole name where the tag is no version', () => {
    const own = target({ image: known('acme/proxy:blue') });

    expect(countPod(pod({ proxyImage: 'acme/proxy:blue' }), own)).toEqual(WELL);
    expect(countPod(pod({ proxyImage: 'acme/proxy:red' }), own).problem?.because).toBe(
      'runs acme/proxy:red, not acme/proxy:blue',
    );
  });

  it('by its version where nobody can tell what would be rendered', () => {
    const blind = target({ image: unknown('403') });

    expect(countPod(pod(), blind)).toEqual(WELL);
    expect(countPod(pod({ proxyImage: 'proxyv2:1.25.1' }), blind).problem?.because).toBe(
      'runs proxyv2:1.25.1, not a proxy of 1.26.1',
    );
  });

  it('as far as anybody can tell, which is a remark', () => {
    const blind = target({ image: unknown('403') });

    expect(countPod(pod({ proxyImage: 'acme/proxy:red' }), blind)).toEqual({
      ...WELL,
      remark: 'whether acme/proxy:red is its proxy: 403',
    });
  });
});

describe('the connection of a pod', () => {
  it('is not asked for before the pod is ready', () => {
    const asked: PodTarget = target({
      connectionOf: () => {
        throw new Error('nobody is connected yet');
      },
    });

    expect(countPod(pod({ ready: false }), asked).problem?.because).toBe('is not ready');
  });

  it('that is synced is counted', () => {
    expect(countPod(pod(), connected({ kind: 'synced' }))).toEqual({
      ...WELL,
      connection: 'synced',
    });
  });

  it.each<readonly [Connection, string]>([
    [
      { kind: 'behind', what: ['routes not acknowledged'] },
      'is not synced: routes not acknowledged',
    ],
    [{ kind: 'absent' }, 'is not connected to an istiod of 1-26-1'],
    [
      { kind: 'absent', elsewhere: '1-25-1' },
      'is not connected to an istiod of 1-26-1 but of 1-25-1',
    ],
  ])('%j is a problem that may pass', (connection, because) => {
    expect(countPod(pod(), connected(connection))).toEqual({
      ...WELL,
      connection: connection.kind,
      problem: { because, kind: 'passes' },
    });
  });

  it('of which nobody can tell is a remark, or a problem where it has to be known', () => {
    const silence: Connection = { kind: 'unknown', why: 'istiod does not tell' };

    expect(countPod(pod(), connected(silence))).toEqual({
      ...WELL,
      connection: 'unknown',
      remark: 'istiod does not tell',
    });
    expect(countPod(pod(), connected(silence, true)).problem).toEqual({
      because: 'is connected to nobody knows what: istiod does not tell',
      kind: 'passes',
    });
  });
});
