import { describe, expect, it } from '@jest/globals';
import type {
  LoosePodDetail,
  WorkloadDetail,
} from '../../../src/domain/inventory/workload-detail.ts';
import { judgeProxies, type JudgedProxies } from '../../../src/domain/refresh/judge-proxies.ts';
import type { TreatedWorkloads } from '../../../src/domain/restart/treatment.ts';
import { loosePodDetail, workloadDetail } from '../../support/sample-inventory.ts';
import { workload } from '../../support/sample-mesh.ts';
import { PATCHED } from '../../support/sample-refresh.ts';

const OLD_IMAGE = 'docker.io/istio/proxyv2:1.26.0';
const RENDERED = { stable: { kind: 'rendered', target: PATCHED } } as const;
const CART = { kind: 'Deployment', namespace: 'shop', name: 'cart' };

/** A workload of 1.26.0 whose control plane renders 1.26.1 by now. */
function detail(changes: Partial<WorkloadDetail> = {}): WorkloadDetail {
  return workloadDetail({
    proxyImages: { [OLD_IMAGE]: 2 },
    actualRevision: 'stable',
    prediction: { kind: 'injected', revision: 'stable', webhook: 'w' },
    ...changes,
  });
}

const MOVED: TreatedWorkloads = {
  moved: [{ ...workload(), treatment: { kind: 'restart' } }],
  left: [],
};

function judge(
  workloads: readonly WorkloadDetail[],
  treated: TreatedWorkloads = MOVED,
  loosePods: readonly LoosePodDetail[] = [],
): JudgedProxies {
  return judgeProxies({ workloads, loosePods }, treated, RENDERED);
}

describe('the proxies of a mesh', () => {
  it('are refreshed where they are older, as their workload is treated', () => {
    expect(judge([detail()])).toEqual({
      older: [
        {
          workload: { ...CART, uid: 'uid-shop-cart', treatment: { kind: 'restart' } },
          target: PATCHED,
          oldest: '1.26.0',
        },
      ],
      kept: [],
      current: 0,
    });
  });

  it('that were injected by hand are moved only by a new template', () => {
    const byHand = detail({
      manualProxyImage: OLD_IMAGE,
      prediction: { kind: 'none', why: 'off' },
    });
    const inject = { kind: 'inject', manifest: 'm', rendered: 'r', live: 'l', diff: [] } as const;
    const treated = { moved: [{ ...workload(), treatment: inject }], left: [] };

    expect(judge([byHand]).kept).toHaveLength(1);
    expect(judge([byHand], treated)).toMatchObject({
      older: [{ workload: { treatment: inject } }],
      kept: [],
    });
  });

  it('are another version in place, be it older or newer', () => {
    const exact = {
      ...PATCHED,
      version: '1.25.1',
      image: 'istio/proxyv2:1.25.1',
      exact: true,
    } as const;
    const rendered = { stable: { kind: 'rendered', target: exact } } as const;

    const { older } = judgeProxies({ workloads: [detail()], loosePods: [] }, MOVED, rendered);

    expect(older.map(({ oldest }) => oldest)).toEqual(['1.26.0']);
    const { revision, version, image } = exact;
    const kept = { stable: { kind: 'rendered', target: { revision, version, image } } } as const;
    expect(judgeProxies({ workloads: [detail()], loosePods: [] }, MOVED, kept).older).toEqual([]);
  });

  it('are left alone where they are as new, or where there are none', () => {
    const current = detail({ proxyImages: { [PATCHED.image]: 2 } });
    const without = detail({ name: 'web', podsWithProxy: 0, proxyImages: {} });

    expect(judge([current, without])).toEqual({ older: [], kept: [], current: 1 });
  });

  it.each<[string, Partial<WorkloadDetail>, RegExp]>([
    ['is pinned', { pinnedProxyImage: OLD_IMAGE }, /pinned to docker.io/],
    ['was injected by hand', { manualProxyImage: OLD_IMAGE }, /a proxy of its own/],
    [
      'would not come back',
      { prediction: { kind: 'none', why: 'it opts out' } },
      /would get no proxy: it opts out/,
    ],
    [
      'could not be created again',
      { prediction: { kind: 'refused', webhook: 'w', why: 'no template' } },
      /could not be created: no template/,
    ],
  ])('stay, with the reason, where one %s', (_what, changes, because) => {
    expect(judge([detail()]).older).toHaveLength(1);

    expect(judge([detail(changes)])).toMatchObject({
      older: [],
      kept: [{ ...CART, age: 'older', because: expect.stringMatching(because) }],
    });
  });

  it('stay where the workload is not restarted, for the reason that its treatment gives', () => {
    const left = [{ ...CART, because: 'Canary shop/cart watches its template' }];

    expect(judge([detail()], { moved: [], left }).kept).toEqual([{ ...left[0], age: 'older' }]);
  });

  it('of which nobody knows how old they are stay, however the workload is treated', () => {
    const untold = detail({ proxyImages: { 'docker.io/istio/proxyv2:latest': 2 } });

    expect(judge([untold])).toMatchObject({
      older: [],
      kept: [{ ...CART, age: 'unknown', because: expect.stringContaining(':latest') }],
    });
  });

  it('of pods that nobody owns are compared too', () => {
    const pod = loosePodDetail({ revision: 'stable', proxyImage: OLD_IMAGE });
    const lone = { kind: 'Pod', namespace: 'shop', name: 'lone' };
    const treated = { moved: [], left: [{ ...lone, because: 'nobody would bring it back' }] };

    expect(judge([], treated, [pod]).kept).toEqual([
      { ...lone, age: 'older', because: 'nobody would bring it back' },
    ]);
    expect(judge([], treated, [{ ...pod, proxyImage: PATCHED.image }]).current).toBe(1);
  });
});
