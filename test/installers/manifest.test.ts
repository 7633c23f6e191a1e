import { describe, expect, it } from '@jest/globals';
import { ManifestError, parseManifest } from '../../src/installers/istioctl/manifest.ts';

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: istiod\n';

describe('parseManifest', () => {
  it('drops documents without content', () => {
    const objects = parseManifest(`---\n# nothing\n---\n${SERVICE}---\n`);

    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['istiod']);
  });

  it.each([
    ['value: on', true],
    ['value: "on"', 'on'],
    ['value: 0644', 420],
    ['value: 12:30:45', '12:30:45'],
    ['value: 2026-11-21', '2026-11-21'],
    ['value: 1.0.0', '1.0.0'],
  ])('reads %j as Go does', (line, value) => {
    expect(parseManifest(`${SERVICE}spec:\n  ${line}\n`)).toMatchObject([{ spec: { value } }]);
  });

  it.each([
    ['a list', '- 1\n'],
    ['an object without a name', 'apiVersion: v1\nkind: Service\nmetadata: {}\n'],
    ['text', 'Error: something\n'],
    ['a key given twice', `${SERVICE}kind: Deployment\n`],
    ['YAML that does not end', 'a: [1\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseManifest(text)).toThrow(ManifestError);
  });

  it('refuses aliases that multiply', () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0 ? 'l0: &l0 [1]' : `l${level}: &l${level} [${`*l${level - 1},`.repeat(9)}]`,
    );

    expect(() => parseManifest(`${SERVICE}${levels.join('\n')}\n`)).toThrow(/alias/);
  });
});
