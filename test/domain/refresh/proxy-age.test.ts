import { describe, expect, it } from '@jest/globals';
import type { InjectionPrediction } from '../../../src/domain/inventory/workload-detail.ts';
import { known, unknown } from '../../../src/domain/inventory/known.ts';
import { ageOf } from '../../../src/domain/refresh/proxy-age.ts';
import { isRefreshed } from '../../../src/domain/refresh/proxy-target.ts';
import { readRendered, type RenderedProxies } from '../../../src/domain/refresh/rendered-proxy.ts';
import { PATCHED } from '../../support/sample-refresh.ts';

const HUB = 'docker.io/istio/proxyv2';
const DIGEST = `${HUB}@sha256:${'a'.repeat(64)}`;
const STABLE: InjectionPrediction = { kind: 'injected', revision: 'stable', webhook: 'w' };

function rendered(image: string): RenderedProxies {
  return { stable: readRendered('stable', known(image)) };
}

function age(images: readonly string[], by: RenderedProxies = rendered(PATCHED.image)): string {
  return ageOf({ images, prediction: STABLE }, by).kind;
}

describe('the age of proxies', () => {
  it.each([
    ['a patch below', [`${HUB}:1.26.0`], 'older'],
    ['a minor below', [`${HUB}:1.9.9`], 'older'],
    ['older in one pod of several', [`${HUB}:1.26.1`, `${HUB}:1.26.0`], 'older'],
    ['older in another variant', [`${HUB}:1.26.0-distroless`], 'older'],
    ['from another registry', ['mirror.local:5000/proxyv2:1.26.0'], 'older'],
    ['the same', [`${HUB}:1.26.1`], 'current'],
    ['the same in another variant', [`${HUB}:1.26.1-debug`], 'current'],
    ['the same from another registry', ['mirror.local:5000/proxyv2:1.26.1'], 'current'],
    ['newer', [`${HUB}:1.26.2`], 'current'],
    ['a digest without a tag', [DIGEST], 'unknown'],
    ['a tag that is no version', [`${HUB}:latest`], 'unknown'],
    ['older beside one that cannot be told', [DIGEST, `${HUB}:1.26.0`], 'older'],
  ])('%s: %j is %s', (_what, images, expected) => {
    expect(age(images)).toBe(expected);
  });

  it.each([
    ['1.26.1-asm.2', '1.26.1-asm.10', 'older'],
    ['1.26.1-asm.10', '1.26.1-asm.2', 'current'],
  ])("by a provider's patches: %s beside %s is %s", (running, wanted, expected) => {
    expect(age([`${HUB}:${running}`], rendered(`${HUB}:${wanted}`))).toBe(expected);
  });

  it('is never guessed where the injector renders a digest: only the same image is as new', () => {
    expect(age([DIGEST], rendered(DIGEST))).toBe('current');
    expect(age([`${HUB}:1.26.0`], rendered(DIGEST))).toBe('unknown');
  });

  it('is not known where the injector does not answer', () => {
    const silent = { stable: readRendered('stable', unknown('no endpoints')) };

    expect(ageOf({ images: [`${HUB}:1.26.0`], prediction: STABLE }, silent)).toEqual({
      kind: 'unknown',
      why: 'revision stable renders no proxy: no endpoints',
    });
  });

  it.each<[string, InjectionPrediction, string]>([
    ['that would inject now', STABLE, 'older'],
    ['that injected once, where none would now', { kind: 'none', why: 'opted out' }, 'older'],
    [
      'of several webhooks, nobody knows which',
      { kind: 'ambiguous', webhooks: ['a', 'b'] },
      'unknown',
    ],
  ])('is held against the revision %s', (_what, prediction, expected) => {
    const running = { images: [`${HUB}:1.26.0`], prediction, actualRevision: 'stable' };

    expect(ageOf(running, rendered(PATCHED.image)).kind).toBe(expected);
  });
});

describe('a pod is refreshed', () => {
  const pod = { revision: 'stable', proxyImage: PATCHED.image };

  it.each([
    ['with the image that was rendered', pod, true],
    [
      'with a newer one, of a control plane patched since',
      { ...pod, proxyImage: `${HUB}:1.26.2` },
      true,
    ],
    ['not with an older one', { ...pod, proxyImage: `${HUB}:1.26.0` }, false],
    ['not with a digest of which nobody knows', { ...pod, proxyImage: DIGEST }, false],
    ['not by another revision', { ...pod, revision: 'canary' }, false],
  ])('%s', (_what, facts, expected) => {
    expect(isRefreshed(facts, PATCHED)).toBe(expected);
  });
});
