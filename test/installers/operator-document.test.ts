import { describe, expect, it } from '@jest/globals';
import { buildOperatorDocument } from '../../src/installers/istioctl/operator-document.ts';

const REQUEST = { component: 'Pilot' as const, revision: '1-26-1', meshNamespace: 'istio-system' };

describe('buildOperatorDocument', () => {
  it('asks for the control plane alone, with what was configured', () => {
    const spec = {
      meshConfig: { accessLogFile: '/dev/stdout' },
      values: { pilot: { env: { A: 'b' } } },
    };

    expect(buildOperatorDocument({ ...REQUEST, spec })).toEqual({
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      metadata: { namespace: 'istio-system' },
      spec: {
        profile: 'minimal',
        revision: '1-26-1',
        meshConfig: { accessLogFile: '/dev/stdout' },
        values: { pilot: { env: { A: 'b' } }, global: { istioNamespace: 'istio-system' } },
        components: {
          base: { enabled: false },
          pilot: { enabled: true },
          ingressGateways: [{ name: 'istio-ingressgateway', enabled: false }],
          egressGateways: [{ name: 'istio-egressgateway', enabled: false }],
          cni: { enabled: false },
          ztunnel: { enabled: false },
        },
      },
    });
  });
});

describe('what an IstioOperator document never carries over', () => {
  it.each([
    [
      'the old images',
      { tag: '1.25.1', values: { global: { tag: '1.25.1' }, pilot: { tag: '1.25.1' } } },
    ],
    ['tags of the old revision', { values: { revisionTags: ['prod'], defaultRevision: '1-25-1' } }],
    ['the old revision', { revision: '1-25-1', values: { revision: '1-25-1' } }],
    ['gateways', { values: { gateways: { 'istio-ingressgateway': { enabled: true } } } }],
    ['unvalidated values of that kind', { unvalidatedValues: { global: { tag: 'x' } } }],
  ])('does not carry over %s', (_what, spec) => {
    expect(buildOperatorDocument({ ...REQUEST, spec })).toEqual(
      buildOperatorDocument({ ...REQUEST, spec: {} }),
    );
  });

  it('keeps other gateway values, which belong to a later gateway upgrade', () => {
    const spec = {
      values: { gateways: { 'istio-ingressgateway': { enabled: true, type: 'NodePort' } } },
    };

    const document = buildOperatorDocument({ ...REQUEST, spec });

    expect(document).toMatchObject({
      spec: { values: { gateways: { 'istio-ingressgateway': { type: 'NodePort' } } } },
    });
    expect(JSON.stringify(document)).not.toContain('"type":"NodePort","enabled":true');
  });

  it('leaves the unnamed revision unnamed: spelled out it would get a suffix', () => {
    const document = buildOperatorDocument({ ...REQUEST, revision: 'default', spec: {} });

    expect(document['spec']).not.toHaveProperty('revision');
  });

  it('renders one component at a time', () => {
    expect(buildOperatorDocument({ ...REQUEST, spec: {} })).toMatchObject({
      spec: { components: { base: { enabled: false }, pilot: { enabled: true } } },
    });
    expect(buildOperatorDocument({ ...REQUEST, spec: {}, component: 'Base' })).toMatchObject({
      spec: { components: { base: { enabled: true }, pilot: { enabled: false } } },
    });
  });

  it('keeps the name of the IstioOperator', () => {
    expect(buildOperatorDocument({ ...REQUEST, spec: {}, ownerName: 'platform' })).toMatchObject({
      metadata: { name: 'platform', namespace: 'istio-system' },
    });
  });
});
