import type { Json } from '../kubernetes-object.ts';

/** One thing that is not as it was when a plan was made. */
export interface PlanChange {
  readonly kind: 'appeared' | 'disappeared' | 'changed';
  /** `Namespace shop`, `Deployment shop/cart`, `tag prod-stable`, `policy default`, … */
  readonly subject: string;
  /** The field of it; absent when it is the whole. */
  readonly path?: string;
  /** Then; absent when there was nothing. */
  readonly from?: Json;
  /** Now; absent when there is nothing. */
  readonly to?: Json;
}

/** `Namespace shop labels.istio.io/rev: 1-25-1 → prod-stable`. */
export function describePlanChange({ kind, subject, path, from, to }: PlanChange): string {
  const where = path === undefined ? subject : `${subject} ${path}`;
  switch (kind) {
    case 'appeared':
      return to === undefined ? `${where}: is new` : `${where}: is new: ${formatValue(to)}`;
    case 'disappeared':
      return `${where}: is no longer there`;
    case 'changed':
      return `${where}: ${formatValue(from)} → ${formatValue(to)}`;
  }
}

function formatValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'absent';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
