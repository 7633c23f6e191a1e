import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildFlags, cacheKey, cacheKeyOf, moduleDirOf } from '../../rig/tools/build-flags.ts';
import {
  FAMILIES,
  ISTIO_VERSIONS,
  OPTIONAL_FAMILIES,
  OPTIONAL_ISTIO_VERSIONS,
  type Family,
} from '../../rig/tools/catalog.ts';
import { isNewEnough } from '../../rig/tools/find-go.ts';

const family: Family = {
  name: 'etcd',
  title: 'etcd',
  mainModule: 'example.com/etcd',
  programs: [{ binary: 'etcd', package: 'example.com/etcd' }],
  tags: [],
  variables: { 'example.com/version.Version': '1' },
  usualSeconds: 1,
  coldGigabytes: 1,
};
const input = { family, goVersion: 'go version go1.26.6 linux/amd64', goMod: 'm', goSum: 's' };

describe('the cache key of a tool', () => {
  it('stays the same for the same input', () => {
    expect(cacheKey({ ...input })).toBe(cacheKey(input));
    expect(cacheKey(input)).toMatch(/^etcd-[0-9a-f]{16}$/);
  });

  it.each([
    ['go.mod', { ...input, goMod: 'other' }],
    ['go.sum', { ...input, goSum: 'other' }],
    ['the Go version', { ...input, goVersion: 'go version go1.26.7 linux/amd64' }],
    ['the architecture', { ...input, goVersion: 'go version go1.26.6 linux/arm64' }],
    ['a tag', { ...input, family: { ...family, tags: ['agent'] } }],
    ['a stamped version', { ...input, family: { ...family, variables: { x: '2' } } }],
    ['a package', { ...input, family: { ...family, programs: [] } }],
  ])('changes with %s', (_what, changed) => {
    expect(cacheKey(changed)).not.toBe(cacheKey(input));
  });

  it('does not change with what is only shown', () => {
    const shown = { ...family, title: 'the store', usualSeconds: 99 };

    expect(cacheKey({ ...input, family: shown })).toBe(cacheKey(input));
  });
});

describe('the catalog', () => {
  it.each([...FAMILIES, ...OPTIONAL_FAMILIES].map((each: Family) => [each.name, each] as const))(
    'has a Go module for %s that requires its main module',
    (_name, each) => {
      const goMod = readFileSync(path.join(moduleDirOf(each), 'go.mod'), 'utf8');

      expect(goMod).toContain(`${each.mainModule} v`);
      expect(cacheKeyOf(each, input.goVersion)).toMatch(/-[0-9a-f]{16}$/);
    },
  );

  it('stamps every Istio version into its own binaries', () => {
    const versions = [...ISTIO_VERSIONS, ...OPTIONAL_ISTIO_VERSIONS];
    const stamped = versions.map((version) => {
      const families: readonly Family[] = [...FAMILIES, ...OPTIONAL_FAMILIES];
      const found = families.find(({ name }) => name === `istio-${version}`);
      return found === undefined ? '' : buildFlags(found).join(' ');
    });

    expect(stamped.map((flags) => /buildTag=([\d.]+)/.exec(flags)?.[1])).toEqual(versions);
  });
});

describe('a Go toolchain is new enough', () => {
  it.each([
    ['go version go1.26.4 linux/amd64', true],
    ['go version go1.26.8 darwin/arm64', true],
    ['go version go1.27.0 linux/amd64', true],
    ['go version go2.0 linux/amd64', true],
    ['go version go1.26.3 linux/amd64', false],
    ['go version go1.26 linux/amd64', false],
    ['go version go1.9.9 linux/amd64', false],
    ['', false],
  ])('%s: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });
});
