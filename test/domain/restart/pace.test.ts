import { describe, expect, it } from '@jest/globals';
import { admissionInTenSeconds } from '../../../src/domain/restart/admission-rate.ts';
import { createReadyMeter } from '../../../src/domain/restart/ready-meter.ts';
import { workloadObject } from '../../support/kubernetes-objects.ts';

describe('the count of pods that become ready', () => {
  it('begins with those that were ready before', () => {
    const meter = createReadyMeter(['a']);

    meter.see(['a'], 0);

    expect(meter.within(10, 0)).toBe(0);
  });

  it('has each once, at the moment at which it was first seen', () => {
    const meter = createReadyMeter([]);

    meter.see(['a'], 1000);
    meter.see(['a', 'b', 'c'], 5000);

    expect(meter.within(10, 5000)).toBe(3);
    expect(meter.within(10, 11_500)).toBe(2);
    expect(meter.within(10, 15_000)).toBe(0);
  });
});

describe('the new proxies that a control plane admits in ten seconds', () => {
  function istiod(
    resources: object,
    readyReplicas?: number,
  ): Parameters<typeof admissionInTenSeconds>[0] {
    const containers = [{ name: 'discovery', resources }];
    return workloadObject('Deployment', 'istiod', {
      spec: { template: { spec: { containers } } },
      status: { readyReplicas },
    });
  }

  it.each([
    ['one CPU where nothing is said', {}, 1, 160],
    ['its limit', { limits: { cpu: '4' }, requests: { cpu: '500m' } }, 1, 280],
    ['its request, rounded up', { requests: { cpu: '1500m' } }, 1, 200],
    ['each replica', { limits: { cpu: 2 } }, 3, 600],
    ['no more than a hundred a second each', { limits: { cpu: '64' } }, 1, 800],
    ['one replica while none is ready', {}, undefined, 160],
  ])('are four fifths of what %s gives', (_what, resources, ready, expected) => {
    expect(admissionInTenSeconds(istiod(resources, ready))).toBe(expected);
  });
});
