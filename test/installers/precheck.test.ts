import { describe, expect, it } from '@jest/globals';
import { precheckArguments, readPrecheck } from '../../src/installers/istioctl/precheck.ts';
import { tagArguments } from '../../src/installers/istioctl/tag.ts';
import { istioVersion } from './support.ts';

const REQUEST = {
  version: istioVersion('1.26.1'),
  meshNamespace: 'istio-system',
  kubeconfig: '/k',
};

describe('arguments', () => {
  it('of the precheck', () => {
    expect(precheckArguments(REQUEST)).toEqual([
      'experimental',
      'precheck',
      '--output',
      'json',
      '--output-threshold',
      'Info',
      '--istioNamespace',
      'istio-system',
      '--kubeconfig',
      '/k',
    ]);
  });

  it('of a tag', () => {
    expect(tagArguments({ ...REQUEST, tag: 'prod', revision: '1-26-1' })).toEqual([
      'tag',
      'generate',
      'prod',
      '--revision',
      '1-26-1',
      '--overwrite',
      '--istioNamespace',
      'istio-system',
      '--kubeconfig',
      '/k',
    ]);
  });
});

describe('readPrecheck', () => {
  const message = {
    code: 'IST0172',
    documentationUrl: 'https://istio.io/ist0172/',
    level: 'Warning',
    message: 'too low',
    origin: 'CustomResourceDefinition x',
  };

  it('takes silence with exit code 0 for a pass', () => {
    expect(readPrecheck({ stdout: '', stderr: 'No issues', exitCode: 0 })).toEqual([]);
  });

  it.each([
    ['Error', 'blocking'],
    ['Warning', 'overridable'],
    ['Info', 'info'],
  ])('maps level %s to %s', (level, severity) => {
    const stdout = JSON.stringify([{ ...message, level }]);

    expect(readPrecheck({ stdout, stderr: '', exitCode: 1 })).toEqual([
      {
        code: 'IstioctlPrecheck',
        severity,
        subject: 'CustomResourceDefinition x (IST0172)',
        message: 'IST0172: too low',
        remedy: 'See https://istio.io/ist0172/, correct it and plan again.',
      },
    ]);
  });

  it.each([
    ['silence with another exit code', { stdout: '', exitCode: 1 }],
    ['text', { stdout: 'forbidden', exitCode: 1 }],
    ['text with exit code 0', { stdout: 'fine', exitCode: 0 }],
    ['an object', { stdout: '{}', exitCode: 0 }],
    ['an empty list with exit code 1', { stdout: '[]', exitCode: 1 }],
    [
      'a level that is not known',
      { stdout: JSON.stringify([{ ...message, level: 'Fatal' }]), exitCode: 1 },
    ],
    ['a message without code', { stdout: '[{"level": "Info"}]', exitCode: 0 }],
  ])('never takes %s for a pass', (_what, result) => {
    expect(readPrecheck({ stderr: '', ...result })).toMatchObject([
      { code: 'IstioctlPrecheck', severity: 'blocking' },
    ]);
  });
});
