import { describe, expect, it } from '@jest/globals';
import { requestsOf } from '../../../src/domain/inventory/pod-spec.ts';
import { amountOf, parseQuantity } from '../../../src/domain/inventory/quantity.ts';

describe('a quantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['.5', 0.5],
    ['1e3', 1000],
    ['64Mi', 67_108_864],
    ['1k', 1000],
    ['1Ki', 1024],
    [3, 3],
  ])('%s is %d', (text, number) => {
    expect(parseQuantity(text)).toBeCloseTo(number, 9);
  });

  it.each(['', 'm', '1 Gi', '1Q', 'NaN', 'constructor', '1constructor', null, {}])(
    '%p is none',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  it('of CPU is rounded up to thousandths, and no further for what binary cannot say', () => {
    expect(amountOf({ cpu: '100u' }).milliCpu).toBe(1);
    expect(amountOf({ cpu: '2.007' }).milliCpu).toBe(2007);
  });
});

describe('what a pod requests', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy === undefined ? {} : { restartPolicy }),
  });

  it.each([
    ['its containers together', { containers: [container('1'), container('500m')] }, 1500],
    [
      'its largest init container when that is more',
      { containers: [container('1')], initContainers: [container('2'), container('3')] },
      3000,
    ],
    [
      'its native sidecars beside its containers',
      { containers: [container('1')], initContainers: [container('2', 'Always')] },
      3000,
    ],
    [
      'an init container with the native sidecars started before it',
      {
        containers: [container('1')],
        initContainers: [container('2', 'Always'), container('4')],
      },
      6000,
    ],
    [
      'an init container without the native sidecars started after it',
      {
        containers: [container('1')],
        initContainers: [container('4'), container('2', 'Always')],
      },
      4000,
    ],
    ['its overhead on top', { containers: [container('1')], overhead: { cpu: '100m' } }, 1100],
  ])('is %s', (_, spec, milliCpu) => {
    expect(requestsOf(spec).milliCpu).toBe(milliCpu);
  });
});
