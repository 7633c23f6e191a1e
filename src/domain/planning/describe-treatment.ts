import { assertNever } from '../assert-never.ts';
import type { LeftWorkload, Treatment } from '../restart/treatment.ts';

/** How a workload is moved; empty for a restart, which is what is done to most. */
export function describeTreatment(treatment: Treatment): string {
  switch (treatment.kind) {
    case 'restart':
      return '';
    case 'evict':
      return `: pod by pod, since ${treatment.because}`;
    case 'restart-at':
      return ': by spec.restartAt, on which its controller evicts its pods';
    case 'inject':
      return ': by hand, its pod template anew from its original manifest with the new proxy';
    case 'recreate':
      return ': evicted, and made again from its manifest, which is kept';
    default:
      return assertNever(treatment);
  }
}

/** `Job shop/report: what runs now …` */
export function describeLeft({ kind, namespace, name, because }: LeftWorkload): string {
  return `${kind} ${namespace}/${name}: ${because}`;
}
