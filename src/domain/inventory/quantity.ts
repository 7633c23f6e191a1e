import type { ResourceAmount } from './capacity.ts';

/** Suffixes of Kubernetes quantities (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). */
const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const QUANTITY = /^(?<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?<suffix>[a-zA-Z]*)$/;

/** `250m` → 0.25, `64Mi` → 67108864; `undefined` for what is no quantity. */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return Number.isFinite(quantity) ? quantity : undefined;
  if (typeof quantity !== 'string' || quantity.length > 64) return undefined;
  const groups = QUANTITY.exec(quantity)?.groups;
  const factor = Object.hasOwn(FACTORS, groups?.['suffix'] ?? '')
    ? FACTORS[groups?.['suffix'] ?? '']
    : undefined;
  return groups === undefined || factor === undefined
    ? undefined
    : Number(groups['number']) * factor;
}

/** `resources.requests`, or `allocatable` of a node. What is not asked for is nothing. */
export interface Quantities {
  readonly cpu?: unknown;
  readonly memory?: unknown;
}

/** Rounded up, as the scheduler does. */
export function amountOf(quantities: Quantities | undefined): ResourceAmount {
  return {
    milliCpu: roundUp((parseQuantity(quantities?.cpu) ?? 0) * 1000),
    memoryBytes: roundUp(parseQuantity(quantities?.memory) ?? 0),
  };
}

/** 0.1 is a little more than a tenth in binary: what is a whole number but for that stays one. */
function roundUp(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-6 ? nearest : Math.ceil(value);
}

export const NOTHING: ResourceAmount = { milliCpu: 0, memoryBytes: 0 };

export function addAmounts(...amounts: readonly ResourceAmount[]): ResourceAmount {
  return {
    milliCpu: amounts.reduce((sum, { milliCpu }) => sum + milliCpu, 0),
    memoryBytes: amounts.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
  };
}

/** The larger of each. */
export function largerOf(one: ResourceAmount, other: ResourceAmount): ResourceAmount {
  return {
    milliCpu: Math.max(one.milliCpu, other.milliCpu),
    memoryBytes: Math.max(one.memoryBytes, other.memoryBytes),
  };
}
