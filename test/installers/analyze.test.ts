import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  analyzeArguments,
  MAX_MESSAGES_PER_CODE,
  readAnalysis,
} from '../../src/installers/istioctl/analyze.ts';
import { istioVersion } from './support.ts';

const MESSAGE = {
  code: 'IST0101',
  documentationUrl: 'https://istio.io/ist0101/',
  level: 'Error',
  message: 'Referenced gateway not found: "none"',
  origin: 'VirtualService shop/odd',
};

describe('istioctl analyze', () => {
  it('looks at all namespaces, and at configuration of the running revision', () => {
    const request = {
      version: istioVersion('1.26.1'),
      revision: '1-25-1',
      meshNamespace: 'istio-system',
      kubeconfig: '/k',
    };

    expect(analyzeArguments(request)).toEqual([
      'analyze',
      '--all-namespaces',
      '--output',
      'json',
      '--output-threshold',
      'Info',
      '--revision',
      '1-25-1',
      '--istioNamespace',
      'istio-system',
      '--kubeconfig',
      '/k',
    ]);
  });

  it('reads what 1.26.1 wrote of a cluster with one odd VirtualService', () => {
    const recorded = new URL('../fixtures/istioctl/analyze-1.26.1.json', import.meta.url);
    const findings = readAnalysis({ stdout: readFileSync(recorded, 'utf8') });

    expect(findings.map(({ severity, subject }) => `${severity}: ${subject}`)).toEqual([
      'overridable: VirtualService shop/odd (IST0101)',
      'overridable: VirtualService shop/odd (IST0101)',
      'info: VirtualService shop/odd (IST0132)',
      'info: 6 messages (IST0102)',
    ]);
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(['IstioctlAnalyze']));
  });

  it('passes on an empty list alone', () => {
    expect(readAnalysis({ stdout: '[]\n' })).toEqual([]);
  });

  it.each([
    ['Error', 'overridable'],
    ['Warning', 'info'],
    ['Info', 'info'],
  ])('maps level %s to %s', (level, severity) => {
    const stdout = JSON.stringify([{ ...MESSAGE, level }]);

    expect(readAnalysis({ stdout })).toEqual([
      {
        code: 'IstioctlAnalyze',
        severity,
        subject: 'VirtualService shop/odd (IST0101)',
        message: 'IST0101: Referenced gateway not found: "none"',
        remedy: 'See https://istio.io/ist0101/ and look again: istioctl analyze --all-namespaces',
      },
    ]);
  });

  it.each([
    ['silence', ''],
    ['text', 'forbidden'],
    ['an object', '{}'],
    ['a level that is not known', JSON.stringify([{ ...MESSAGE, level: 'Fatal' }])],
    ['a level that every object has', JSON.stringify([{ ...MESSAGE, level: 'constructor' }])],
    ['a message without code', '[{"level": "Info"}]'],
  ])('never takes %s for a pass', (_what, stdout) => {
    expect(readAnalysis({ stdout })).toMatchObject([
      { code: 'IstioctlAnalyze', severity: 'overridable', subject: 'istioctl analyze' },
    ]);
  });

  it('makes one finding of very many errors of one code, and says how many and where', () => {
    const most = MAX_MESSAGES_PER_CODE.overridable;
    const messages = Array.from({ length: most + 1 }, (_, index) => ({
      ...MESSAGE,
      origin: `VirtualService shop/odd-${index}`,
    }));

    expect(readAnalysis({ stdout: JSON.stringify(messages.slice(1)) })).toHaveLength(most);
    expect(readAnalysis({ stdout: JSON.stringify(messages) })).toMatchObject([
      {
        severity: 'overridable',
        subject: `${most + 1} messages (IST0101)`,
        message: expect.stringMatching(
          /^IST0101 21 times, on VirtualService shop\/odd-0, VirtualService shop\/odd-1, .*odd-9 and others; the first: /,
        ),
      },
    ]);
  });

  it('makes one finding of what only informs, by code', () => {
    const info = { ...MESSAGE, level: 'Info', code: 'IST0102' };
    const stdout = JSON.stringify([
      { ...info, origin: 'Namespace a' },
      { ...MESSAGE, level: 'Warning' },
      { ...info, origin: 'Namespace b' },
    ]);

    expect(readAnalysis({ stdout }).map(({ subject, message }) => [subject, message])).toEqual([
      [
        '2 messages (IST0102)',
        'IST0102 2 times, on Namespace a, Namespace b; the first: Referenced gateway not found: "none"',
      ],
      ['VirtualService shop/odd (IST0101)', 'IST0101: Referenced gateway not found: "none"'],
    ]);
  });
});
