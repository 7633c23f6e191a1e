import { describe, expect, it } from '@jest/globals';
import { judgeRendered } from '../../../../src/domain/restart/manual/judge-rendered.ts';
import { APP, injected, template } from './templates.ts';

const live = injected('1.25.1');
const target = { live, from: '1-25-1', to: '1-26-1' };

describe('a template that was injected again', () => {
  it('is good with the proxy and the mark of the target', () => {
    expect(judgeRendered(injected('1.26.1'), target)).toBeUndefined();
  });

  it.each([
    ['has no proxy', template({ spec: { containers: [APP] } }), 'gives it no proxy'],
    [
      'kept the wish for one',
      template({ spec: { containers: [APP, { name: 'istio-proxy', image: 'auto' }] } }),
      'gives it no proxy',
    ],
    [
      'has the proxy that it had',
      injected('1.25.1'),
      'gives it the proxy docker.io/istio/proxyv2:1.25.1 that it has',
    ],
    [
      'names no revision',
      template({ spec: { ...injected('1.26.1').spec } }),
      'istio.io/rev: 1-26-1, by which its pods are told from old ones, found none',
    ],
    [
      'names another revision',
      injected('1.26.1', { annotations: { 'istio.io/rev': 'x' } }),
      'found x',
    ],
  ])('is refused when it %s', (_what, rendered, words) => {
    expect(judgeRendered(rendered, target)).toContain(words);
  });
});
