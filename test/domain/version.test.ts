import { describe, expect, it } from '@jest/globals';
import {
  compareIstioVersions,
  isPreRelease,
  minorDistance,
  minorNameAbove,
  minorNameOf,
  parseIstioVersion,
} from '../../src/domain/version/istio-version.ts';
import { revisionNameOf } from '../../src/domain/version/revision-name.ts';
import { version } from '../support/sample-mesh.ts';

describe('an Istio version', () => {
  it.each([
    '1.25.1',
    '1.9.0',
    '0.0.0',
    '2.10.33',
    '1.27.0-rc.1',
    '1.27.0-alpha.1',
    '1.19.10-asm.9',
    '1.27.0-rc.1-x',
  ])('is %s', (text) => {
    expect(parseIstioVersion(text)).toBe(text);
  });

  it.each([
    '',
    '1',
    '1.25',
    '1.25.1.0',
    'v1.25.1',
    '1.25.x',
    '01.25.1',
    '1.025.1',
    '1.25.1-',
    '1.25.1-RC.1',
    '1.25.1+build',
    '1.25.1-rc..1',
    ' 1.25.1',
    '1.25.1\n',
    '1.25.1 ',
    '-1.25.1',
    '1.25.-1',
    '1e3.0.0',
    '99999.0.0',
    // Revision names are never read as versions.
    'asm-1-9',
    '1-24-3',
    'asm-1-24',
    'latest',
    // Cyrillic and full-width letters and digits look alike.
    '1.25.1-rс.1',
    '１.25.1',
    '1.２5.1',
    `1.25.1-${'a'.repeat(40)}`,
  ])('is not %j: nothing is coerced', (text) => {
    expect(parseIstioVersion(text)).toBeUndefined();
  });
});

describe('the order of versions', () => {
  const ASCENDING = [
    '0.9.9',
    '1.9.0',
    '1.10.0-alpha',
    '1.10.0-alpha.1',
    '1.10.0-beta',
    '1.10.0-beta.2',
    '1.10.0-beta.11',
    '1.10.0-rc.1',
    '1.10.0',
    '1.10.1',
    '1.24.6',
    '1.25.0',
    '2.0.0-1',
    '2.0.0-rc',
    '2.0.0',
  ];

  it('is numeric, and a pre-release sorts below its release', () => {
    const shuffled = [...ASCENDING].sort().map(version);

    expect(shuffled.sort(compareIstioVersions)).toEqual(ASCENDING);
  });

  it('is the same from both sides', () => {
    for (const [index, a] of ASCENDING.entries()) {
      for (const [other, b] of ASCENDING.entries()) {
        const order = Math.sign(compareIstioVersions(version(a), version(b)));
        expect([a, b, order]).toEqual([a, b, Math.sign(index - other)]);
      }
    }
  });

  it.each([
    ['1.25.1', '1.26.0', 1],
    ['1.9.0', '1.10.0', 1],
    ['1.26.0', '1.24.9', -2],
    ['1.26.0', '1.26.9', 0],
    ['1.26.0', '2.26.0', undefined],
  ])('from %s to %s lie %s minors', (from, to, minors) => {
    expect(minorDistance(version(from), version(to))).toBe(minors);
  });
});

describe('the revision name', () => {
  /** RFC 1123: what the API takes as a label value and as part of an object's name. */
  const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

  it.each([
    ['1.26.1', '1-26-1'],
    ['1.27.0-rc.1', '1-27-0-rc-1'],
    [`1.27.0-${'a'.repeat(33)}`, `1-27-0-${'a'.repeat(33)}`],
  ])('of %s is %s, which the API takes', (text, name) => {
    expect(revisionNameOf(version(text))).toBe(name);
    expect(name).toMatch(DNS_LABEL);
  });
});

describe('the minor of a version', () => {
  it.each([
    ['1.26.1', '1.26', '1.28'],
    ['1.9.0-rc.1', '1.9', '1.11'],
  ])('of %s is %s, and two above lies %s', (text, minor, above) => {
    expect(minorNameOf(version(text))).toBe(minor);
    expect(minorNameAbove(version(text), 2)).toBe(above);
  });

  it.each([
    ['1.27.0', false],
    ['1.27.0-rc.1', true],
    ['1.19.10-asm.9', true],
  ])('a pre-release is marked by what follows the patch: %s %s', (text, expected) => {
    expect(isPreRelease(version(text))).toBe(expected);
  });
});
