import { describe, expect, it } from '@jest/globals';
import { findLostEdits } from '../../../../src/domain/restart/manual/lost-edits.ts';
import { APP, injected, proxy } from './templates.ts';

const OLD = '1.25.1';

function pathsOf(...templates: Parameters<typeof findLostEdits>): readonly string[] {
  return findLostEdits(...templates).map(({ path }) => path);
}

describe('what an injection from the original would lose', () => {
  const edited = { ...APP, image: 'registry.example.com/cart:2' };

  it('is nothing where the live template is what the original gives', () => {
    expect(findLostEdits(injected(OLD), injected(OLD))).toEqual([]);
  });

  it('is named field by field', () => {
    const live = injected(OLD, {
      annotations: { team: 'a' },
      containers: [edited, { ...proxy(OLD), resources: { limits: { cpu: '3' } } }],
    });

    expect(findLostEdits(live, injected(OLD))).toEqual([
      { path: 'metadata.annotations.team', from: 'a' },
      { path: 'spec.containers[name="app"].image', from: edited.image, to: APP.image },
      { path: 'spec.containers[name="istio-proxy"].resources', from: { limits: { cpu: '3' } } },
    ]);
  });

  it.each([
    ['a restart by meshlift', { annotations: { 'meshlift.dev/restart': 'run/wave-1' } }],
    ['kubectl rollout restart', { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026' } }],
    ['a toggled grace period', { terminationGracePeriodSeconds: 31 }],
  ])('is not the mark of %s', (_what, marked) => {
    const rendered = injected(OLD, { terminationGracePeriodSeconds: 30 });
    const live = injected(OLD, { terminationGracePeriodSeconds: 30, ...marked });

    expect(findLostEdits(live, rendered)).toEqual([]);
    expect(pathsOf(injected(OLD, { terminationGracePeriodSeconds: 45 }), rendered)).toEqual([
      'spec.terminationGracePeriodSeconds',
    ]);
  });

  it('is looked for beside the proxy where that is of yet another version', () => {
    const older = '1.24.0';
    const volumes = [{ name: 'istio-data', hostPath: { path: '/x' } }];
    const live = injected(older, { containers: [edited, proxy(older)], volumes });

    expect(pathsOf(live, injected(OLD))).toEqual(['spec.containers[name="app"].image']);
  });

  it('is still found where the mark of the injection cannot be read', () => {
    const annotations = { 'sidecar.istio.io/status': 'not JSON' };
    const live = injected('1.24.0', { annotations, containers: [edited, proxy('1.24.0')] });

    expect(pathsOf(live, injected(OLD))).toEqual(['spec.containers[name="app"].image']);
  });
});
