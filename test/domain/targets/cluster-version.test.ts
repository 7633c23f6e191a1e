import { describe, expect, it } from '@jest/globals';
import { assess, inputOf } from '../../support/targets-input.ts';

describe('Kubernetes', () => {
  it('that is too old refuses the step, and the hop says which one it takes', () => {
    const input = inputOf('1.29.0', ['1.30.1'], { kubernetesVersion: 'v1.31.4' });
    const { canary, kubernetes } = assess(input, '1.30.1');

    expect(kubernetes).toEqual({ kind: 'too-old', minimum: '1.32' });
    expect(canary.verdict).toBe('not-allowed');
    expect(canary.reasons).toMatchObject([
      { code: 'KubernetesTooOld', remedy: 'upgrade the cluster to Kubernetes 1.32 first' },
    ]);
    expect(canary.route).toEqual({
      kind: 'hops',
      hops: [
        {
          version: '1.30.1',
          kubernetes: { kind: 'fits', minimum: '1.32', tested: '1.36' },
          clusterUpgrade: { to: '1.32' },
        },
      ],
    });
  });

  it('that Istio was not tested with before its hop is a warning of that hop', () => {
    const input = inputOf('1.24.6', ['1.26.8', '1.28.3', '1.30.1'], {
      kubernetesVersion: 'v1.28.9',
    });
    const { route } = assess(input, '1.30.1').canary;

    expect(route.kind === 'hops' ? route.hops : []).toEqual([
      {
        version: '1.26.8',
        kubernetes: { kind: 'fits', minimum: '1.29', tested: '1.33' },
        clusterUpgrade: { to: '1.29' },
      },
      {
        version: '1.28.3',
        kubernetes: { kind: 'fits', minimum: '1.30', tested: '1.34' },
        clusterUpgrade: { to: '1.30' },
      },
      {
        version: '1.30.1',
        kubernetes: { kind: 'fits', minimum: '1.32', tested: '1.36' },
        clusterUpgrade: { to: '1.32' },
      },
    ]);

    const skipping = inputOf('1.24.6', ['1.30.1'], {
      kubernetesVersion: 'v1.28.9',
      controlPlanes: [{ revision: 'a', version: '1.24.6', installer: 'sail' }],
    });
    const { route: oneHop } = assess(skipping, '1.30.1').canary;
    expect(oneHop.kind === 'hops' ? oneHop.hops.map((hop) => hop.clusterUpgrade) : []).toEqual([
      {
        to: '1.32',
        warning: 'Istio 1.24.6, which runs meanwhile, was not tested with it',
      },
    ]);
  });

  it('that the running Istio was just tested with is no warning, and one minor more is', () => {
    const upgradeFrom = (from: string) => {
      const input = inputOf(from, ['1.30.1'], {
        kubernetesVersion: 'v1.29.4',
        controlPlanes: [{ revision: 'a', version: from, installer: 'sail' }],
      });
      const { route } = assess(input, '1.30.1').canary;
      return route.kind === 'hops' ? route.hops[0]?.clusterUpgrade : undefined;
    };

    expect(upgradeFrom('1.25.1')).toEqual({ to: '1.32' });
    expect(upgradeFrom('1.24.6')).toMatchObject({ to: '1.32', warning: expect.any(String) });
  });

  it('that is newer than all that was tested is told, and refuses nothing', () => {
    const input = inputOf('1.25.1', ['1.26.1'], { kubernetesVersion: 'v1.35.0' });
    const { canary, kubernetes } = assess(input, '1.26.1');

    expect(kubernetes).toEqual({ kind: 'untested', minimum: '1.29', tested: '1.33' });
    expect(canary.verdict).toBe('allowed');
  });

  it('of an unreadable version makes the verdict unknown, never allowed', () => {
    const readable = inputOf('1.25.1', ['1.26.1']);
    const unreadable = { ...readable, kubernetesVersion: 'unknown' };

    expect(assess(readable, '1.26.1').canary.verdict).toBe('allowed');
    expect(assess(unreadable, '1.26.1').canary).toMatchObject({
      verdict: 'unknown',
      reasons: [{ code: 'FactUnknown', kind: 'unknown' }],
    });
  });
});
