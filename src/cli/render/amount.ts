import type { ResourceAmount } from '../../domain/inventory/capacity.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** `500m CPU, 2 GiB`. */
export function formatAmount({ milliCpu, memoryBytes }: ResourceAmount): string {
  const cpu = milliCpu % 1000 === 0 ? `${milliCpu / 1000}` : `${milliCpu}m`;
  return `${cpu} CPU, ${formatBytes(memoryBytes)}`;
}

function formatBytes(bytes: number): string {
  if (bytes >= GIB) return `${Number((bytes / GIB).toFixed(1))} GiB`;
  return `${Number((bytes / MIB).toFixed(1))} MiB`;
}
