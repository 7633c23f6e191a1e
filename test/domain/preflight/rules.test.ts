import { describe, expect, it } from '@jest/globals';
import { stopsRun } from '../../../src/domain/finding.ts';
import { evaluatePreflight } from '../../../src/domain/preflight/evaluate-preflight.ts';
import { ALL_CASES } from './cases/all-cases.ts';
import { verdictsOf } from './rule-case.ts';

describe('a precheck rule', () => {
  it.each(ALL_CASES)('$code $policy', ({ code, given, expected }) => {
    expect(verdictsOf(given, code)).toEqual(expected);
  });

  it.each(ALL_CASES)('$code, not $nearMiss.what', ({ code, nearMiss }) => {
    expect(verdictsOf(nearMiss.given, code)).toEqual(nearMiss.expected ?? []);
  });

  it.each(ALL_CASES)('$code $policy, and no other rule stops', ({ code, given, also = [] }) => {
    const others = evaluatePreflight(given)
      .filter((finding) => finding.code !== code && stopsRun(finding))
      .map((finding) => finding.code);

    expect([...new Set(others)]).toEqual(also);
  });

  it.each(ALL_CASES.filter(({ says }) => says !== undefined))(
    '$code $policy, saying: $says',
    ({ code, given, says }) => {
      const [first] = evaluatePreflight(given).filter((finding) => finding.code === code);

      expect(first?.message).toContain(says);
    },
  );

  it.each(ALL_CASES)('$code $policy, and says what it expected and found', ({ code, given }) => {
    const findings = evaluatePreflight(given).filter((finding) => finding.code === code);

    expect(findings).not.toEqual([]);
    for (const { message, remedy } of findings) {
      expect(message).toMatch(/^expected .+(found|holds it|;)/);
      expect(remedy).not.toMatch(/^$|undefined/);
    }
  });
});
