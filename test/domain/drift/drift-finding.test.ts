import { describe, expect, it } from '@jest/globals';
import type { Drift, ObjectDrift } from '../../../src/domain/drift/drift.ts';
import {
  describeDrift,
  driftFindings,
  MAX_LISTED,
  MAX_LISTED_IN_ALL,
} from '../../../src/domain/drift/drift-finding.ts';

const digest = (text: string): string => `digest of ${text.length}`;
const REF = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: 'istio-system',
  name: 'istiod',
} as const;
const RESET: Drift = {
  ref: REF,
  field: 'spec.a',
  kind: 'changed',
  manager: 'kubectl-edit',
  expected: 1,
  found: 2,
  next: 1,
  outcome: 'reset',
};
const KEPT: Drift = {
  ref: REF,
  field: 'spec.b',
  kind: 'added',
  found: 3,
  next: 3,
  outcome: 'kept',
};

function drift(drifts: readonly Drift[], needsForce = false): ObjectDrift {
  return { ref: REF, drifts, needsForce };
}

describe('the finding of an edited object', () => {
  it('is none where nothing was edited', () => {
    expect(driftFindings([drift([])], digest)).toEqual([]);
  });

  it('has to be accepted where something is lost, which it names first', () => {
    const [finding] = driftFindings([drift([KEPT, RESET])], digest);

    expect(finding).toMatchObject({
      code: 'DirectEdit',
      severity: 'overridable',
      subject: 'Deployment istio-system/istiod',
      drift: [RESET, KEPT],
    });
    expect(finding?.message).toContain(
      '2 direct edits: spec.a changed by kubectl-edit (would be reset); spec.b added (stays)',
    );
  });

  it('only informs where all of it stays', () => {
    expect(driftFindings([drift([KEPT])], digest)).toMatchObject([{ severity: 'info' }]);
  });

  it('has to be accepted where the API server would refuse otherwise', () => {
    expect(driftFindings([drift([KEPT], true)], digest)).toMatchObject([
      { severity: 'overridable' },
    ]);
  });

  it('says before it is accepted that no undo brings it back, where that is so', () => {
    const found = [drift([RESET])];
    const forGood = 'An undo does not bring it back';

    expect(driftFindings(found, digest)[0]?.message).not.toContain(forGood);
    expect(driftFindings(found, digest, () => true)[0]?.message).toContain(forGood);
    expect(driftFindings([drift([KEPT])], digest, () => true)[0]?.message).not.toContain(forGood);
  });

  it('cuts long values, with a digest of the whole', () => {
    const [finding] = driftFindings([drift([{ ...RESET, found: 'x'.repeat(5000) }])], digest);

    expect(finding?.drift?.[0]?.found).toEqual(
      expect.stringMatching(/^x{240}… \(5000 characters, digest of/),
    );
  });

  it('lists few fields of one object, and fewer of each of many', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...RESET, field: `spec.${index}` }));

    expect(driftFindings([drift(many)], digest)[0]?.drift).toHaveLength(MAX_LISTED);
    const all = driftFindings(
      Array.from({ length: 20 }, () => drift(many)),
      digest,
    );
    expect(all.flatMap(({ drift: listed = [] }) => listed)).toHaveLength(MAX_LISTED_IN_ALL);
  });
});

it.each([
  [RESET, 'spec.a: changed by kubectl-edit; 2 now, becomes 1'],
  [KEPT, 'spec.b: added; 3 now, stays'],
  [
    { ref: REF, field: '', kind: 'removed', outcome: 'reset' } as const,
    'the object: removed; nothing now, becomes what the target renders',
  ],
])('an edit reads as one line: %#', (edit, line) => {
  expect(describeDrift(edit)).toBe(line);
});
