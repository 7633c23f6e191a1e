import type { Finding } from '../finding.ts';
import { formatRef } from '../kubernetes-object.ts';
import type { PlannedObject } from '../planning/plan.ts';
import { applyOverrides } from '../preflight/evaluate-preflight.ts';
import type { Override } from '../request/request.ts';

/** Objects with direct edits that the request accepts by name are applied by force, and no others. */
export function forceAccepted(
  objects: readonly PlannedObject[],
  findings: readonly Finding[],
  overrides: readonly Override[],
): readonly PlannedObject[] {
  const accepted = new Set(
    applyOverrides(findings, overrides)
      .filter(
        ({ code, overriddenBecause }) => code === 'DirectEdit' && overriddenBecause !== undefined,
      )
      .map(({ subject }) => subject),
  );
  return objects.map((object) =>
    // What is not there any more is made anew: there is nothing to force.
    object.uid !== undefined && accepted.has(formatRef(object.ref))
      ? { ...object, force: true }
      : object,
  );
}
