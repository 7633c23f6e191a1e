import type { Finding, FindingCode } from '../finding.ts';
import { compareText } from '../kubernetes-object.ts';

/** As many names stand in one message; the rest is a number. */
const NAMES_SHOWN = 8;

/** `Deployment shop/cart`. */
export function nameWorkload(workload: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${workload.kind} ${workload.namespace}/${workload.name}`;
}

/** `a, b, c and 12 more`, in a fixed order. */
export function nameSome(names: readonly string[]): string {
  const sorted = [...names].sort(compareText);
  const shown = sorted.slice(0, NAMES_SHOWN).join(', ');
  return sorted.length > NAMES_SHOWN ? `${shown} and ${sorted.length - NAMES_SHOWN} more` : shown;
}

export interface SharedFinding {
  readonly code: FindingCode;
  readonly subjects: readonly string[];
  /** What the subjects are when there are several: `workloads`. */
  readonly noun: string;
  /** `expected …, found …` of one of them. */
  readonly message: string;
  readonly remedy: string;
}

/** One finding for all objects that nobody has to decide about: 2,000 lines would hide the few that matter. */
export function informOnce(shared: SharedFinding): readonly Finding[] {
  const { code, subjects, noun, message, remedy } = shared;
  const [only, ...others] = subjects;
  if (only === undefined) return [];
  const several = others.length > 0;
  return [
    {
      code,
      severity: 'info',
      subject: several ? `${subjects.length} ${noun}` : only,
      message: several ? `${message}: ${nameSome(subjects)}` : message,
      remedy,
    },
  ];
}
