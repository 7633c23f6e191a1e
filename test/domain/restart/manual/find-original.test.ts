import { describe, expect, it } from '@jest/globals';
import type { KubernetesObject } from '../../../../src/domain/kubernetes-object.ts';
import {
  findOriginal,
  type FoundOriginal,
} from '../../../../src/domain/restart/manual/find-original.ts';
import { APP, proxy, workload } from './templates.ts';

const PLAIN = { metadata: { labels: { app: 'cart' } }, spec: { containers: [APP] } };
const CART = { kind: 'Deployment', namespace: 'shop', name: 'cart' } as const;

function find(objects: readonly KubernetesObject[], namespace?: string): FoundOriginal {
  const originals = objects.map((object, index) => ({ file: `${index}.yaml`, object }));
  return findOriginal(
    { objects: originals, ...(namespace === undefined ? {} : { namespace }) },
    CART,
  );
}

function whyNone(objects: readonly KubernetesObject[], namespace?: string): string {
  const found = find(objects, namespace);
  if (found.kind === 'none') return found.because;
  throw new Error(`expected no original, found that of ${found.file}`);
}

describe('the original manifest of a workload', () => {
  const here = workload(PLAIN, { namespace: 'shop' });

  it('is the one of its kind, namespace and name', () => {
    const others = [
      workload(PLAIN, { namespace: 'elsewhere' }),
      workload(PLAIN, { namespace: 'shop', name: 'web' }),
      workload(PLAIN, { namespace: 'shop', kind: 'StatefulSet' }),
      { ...here, apiVersion: 'example.com/v1' },
    ];

    expect(find([...others, here])).toEqual({ kind: 'found', file: '4.yaml', manifest: here });
    expect(whyNone(others)).toBe('no Deployment shop/cart is among the original manifests');
  });

  it('has the namespace that the configuration says when it names none, and is not guessed', () => {
    const homeless = workload(PLAIN);

    expect(find([homeless], 'shop')).toEqual({ kind: 'found', file: '0.yaml', manifest: here });
    expect(whyNone([homeless], 'elsewhere')).toContain('without a namespace');
    expect(whyNone([homeless])).toBe(
      '0.yaml has a Deployment cart without a namespace, and manualInjection.namespace does not say that it is shop',
    );
  });

  it('is there once', () => {
    expect(find([here]).kind).toBe('found');
    expect(whyNone([here, here])).toBe(
      'expected one original manifest of it, found 2 in 0.yaml, 1.yaml',
    );
  });

  it('may say how the proxy is to be, with the image auto', () => {
    const auto = { spec: { containers: [APP, { name: 'istio-proxy', image: 'auto' }] } };

    expect(find([workload(auto, { namespace: 'shop' })]).kind).toBe('found');
  });

  it.each([
    [
      'a proxy',
      { spec: { containers: [APP, proxy('1.25.1')] } },
      'it has a proxy in it (docker.io/istio/proxyv2:1.25.1)',
    ],
    [
      'a native sidecar',
      { spec: { containers: [APP], initContainers: [proxy('1.25.1')] } },
      'it has a proxy in it',
    ],
    [
      'the mark of an injection',
      { ...PLAIN, metadata: { annotations: { 'sidecar.istio.io/status': '{}' } } },
      'sidecar.istio.io/status',
    ],
  ])('is not one that was rendered: %s', (_what, template, words) => {
    const why = whyNone([workload(template, { namespace: 'shop' })]);

    expect(why).toContain(words);
    expect(why).toContain('rendered by an injection and is not the original');
  });

  it.each([
    ['no template', undefined],
    ['containers that are no list', { spec: { containers: { app: APP } } }],
    ['a container that is a text', { spec: { containers: ['app'] } }],
    ['a container without a name', { spec: { containers: [{ image: 'x' }] } }],
    [
      'annotations that are no texts',
      { metadata: { annotations: { a: 1 } }, spec: { containers: [APP] } },
    ],
  ])('is not one with %s', (_what, template) => {
    expect(whyNone([workload(template as object, { namespace: 'shop' })])).toBe(
      '0.yaml: it has no pod template with containers',
    );
  });

  it('is looked for only where a new template replaces pods', () => {
    const bare = { kind: 'ReplicaSet', namespace: 'shop', name: 'cart' } as const;
    const object = workload(PLAIN, { namespace: 'shop', kind: 'ReplicaSet' });

    expect(findOriginal({ objects: [{ file: 'x', object }] }, bare)).toEqual({
      kind: 'none',
      because: 'a ReplicaSet gets no new pods from a manifest that is injected again',
    });
  });
});
