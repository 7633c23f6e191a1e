import { describe, expect, it } from '@jest/globals';
import { FINDING_CODES } from '../../../src/domain/finding.ts';
import {
  FINDING_DOCUMENTS,
  PREFLIGHT_RULES,
} from '../../../src/domain/preflight/evaluate-preflight.ts';
import { ALL_CASES } from './cases/all-cases.ts';
import { PARTS_OF_SAMPLE, PARTS_WITH_CASE } from './cases/unknown-cases.ts';

describe('the finding codes', () => {
  it('have exactly one document each', () => {
    expect(FINDING_DOCUMENTS.map(({ code }) => code)).toEqual([...FINDING_CODES].sort());
  });

  it('are in order, so that nobody adds one twice', () => {
    expect(FINDING_CODES).toEqual([...new Set(FINDING_CODES)].sort());
  });

  it('that a rule gives have a case that triggers each', () => {
    const given = PREFLIGHT_RULES.flatMap(({ documents }) => documents.map(({ code }) => code));

    const tried = new Set(ALL_CASES.map(({ code }) => code));

    expect([...tried].sort()).toEqual(given.sort());
  });

  it('come only from the rule that documents them', () => {
    const strangers = PREFLIGHT_RULES.flatMap(({ documents, check }) => {
      const own = new Set(documents.map(({ code }) => code));
      const codes = ALL_CASES.flatMap(({ given }) => check(given)).map(({ code }) => code);
      return [...new Set(codes)].filter((code) => !own.has(code));
    });

    expect(strangers).toEqual([]);
  });

  it('come in no severity that their document does not name', () => {
    const documented = new Map(FINDING_DOCUMENTS.map(({ code, severity }) => [code, severity]));

    const strangers = ALL_CASES.flatMap(({ code, expected, nearMiss }) =>
      [...expected, ...(nearMiss.expected ?? [])]
        .filter(([severity]) => !new RegExp(`\\b${severity}\\b`).test(documented.get(code) ?? ''))
        .map(([severity]) => `${code} ${severity}`),
    );

    expect(strangers).toEqual([]);
  });

  it('are tried in every severity that their document names', () => {
    const shown = Map.groupBy(
      ALL_CASES.flatMap(({ code, expected, nearMiss }) =>
        [...expected, ...(nearMiss.expected ?? [])].map(([severity]) => ({ code, severity })),
      ),
      ({ code }) => code,
    );

    const untried = PREFLIGHT_RULES.flatMap(({ documents }) => documents).flatMap(
      ({ code, severity }) =>
        (['blocking', 'overridable', 'info'] as const)
          .filter((each) => new RegExp(`\\b${each}\\b`).test(severity))
          .filter((each) => !(shown.get(code) ?? []).some((one) => one.severity === each))
          .map((each) => `${code} ${each}`),
    );

    expect(untried).toEqual([]);
  });
});

describe('an inventory', () => {
  it('has no part whose being unknown is not tried', () => {
    expect([...PARTS_WITH_CASE].sort()).toEqual([...PARTS_OF_SAMPLE].sort());
  });
});
