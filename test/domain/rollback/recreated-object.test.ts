import { describe, expect, it } from '@jest/globals';
import type { Change } from '../../../src/domain/journal/change.ts';
import { recreatedObject, withoutAddress } from '../../../src/domain/rollback/recreated-object.ts';
import { explainRecreated } from '../../../src/domain/snapshot/recreated.ts';

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'istiod-1-25-1',
    namespace: 'istio-system',
    uid: 'uid-1',
    resourceVersion: '7',
    generation: 2,
    creationTimestamp: '2026-11-21T10:00:00Z',
    managedFields: [{ manager: 'istio-operator' }],
    labels: { 'istio.io/rev': '1-25-1' },
    annotations: { 'deployment.kubernetes.io/revision': '3', owner: 'mesh' },
  },
  spec: {
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    ports: [{ port: 15012, nodePort: 30001 }],
  },
  status: { loadBalancer: {} },
};

describe('an object that is made again', () => {
  it('is what was recorded, without what the server gives by itself', () => {
    expect(recreatedObject(SERVICE)).toEqual({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'istiod-1-25-1',
        namespace: 'istio-system',
        labels: { 'istio.io/rev': '1-25-1' },
        annotations: { owner: 'mesh' },
      },
      spec: SERVICE.spec,
    });
  });

  it('takes any address where its own is somebody else’s by now', () => {
    expect(withoutAddress(SERVICE)['spec']).toEqual({ ports: [{ port: 15012 }] });
  });
});

describe('a difference at an object that was removed and made again', () => {
  const removal: Change = {
    kind: 'delete',
    ref: { apiVersion: 'v1', kind: 'Service', namespace: 'istio-system', name: 'istiod-1-25-1' },
    uid: 'uid-1',
    prior: SERVICE,
  };
  const at = (what: string): string => `Service istio-system/istiod-1-25-1 ${what}`;
  const explain = (what: string, before: unknown, after: unknown, changes = [removal]) =>
    explainRecreated({ path: at(what), expected: String(before), found: String(after) }, changes, {
      before: { [at(what)]: before as string },
      after: after === undefined ? {} : { [at(what)]: after as string },
    });

  it.each([
    ['its uid', 'uid', 'uid-1', 'uid-2'],
    [
      'its address',
      'spec',
      { clusterIP: '10.0.0.7', type: 'ClusterIP' },
      { clusterIP: '10.0.0.9', type: 'ClusterIP' },
    ],
  ])('is told with the reason: %s', (_name, what, before, after) => {
    expect(explain(what, before, after)?.found).toContain('the run had removed it');
  });

  it.each([
    ['another part of its spec', 'spec', { type: 'ClusterIP' }, { type: 'NodePort' }, [removal]],
    ['an object that is not there', 'uid', 'uid-1', undefined, [removal]],
    ['an object that the run did not remove', 'uid', 'uid-1', 'uid-2', []],
  ])('has no excuse at %s', (_name, what, before, after, changes) => {
    expect(explain(what, before, after, changes)).toBeUndefined();
  });
});
