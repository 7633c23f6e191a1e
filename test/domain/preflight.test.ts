import { describe, expect, it } from '@jest/globals';
import { stopsRun, type Finding } from '../../src/domain/finding.ts';
import { assessControlPlane } from '../../src/domain/health/assess-control-plane.ts';
import {
  applyOverrides,
  evaluatePreflight,
  isWhollyThere,
  sortFindings,
} from '../../src/domain/preflight/evaluate-preflight.ts';
import type { PreflightFacts } from '../../src/domain/preflight/facts.ts';
import {
  controlPlane,
  facts,
  loosePod,
  sampleMesh,
  upgradedMesh,
  version,
  workload,
} from '../support/sample-mesh.ts';

const stopping = (given: PreflightFacts): readonly Finding[] =>
  evaluatePreflight(given).filter(stopsRun);

describe('a mesh as people have them', () => {
  it('passes every rule', () => {
    expect(stopping(facts())).toEqual([]);
  });

  it('is told nothing but how long its versions are supported', () => {
    expect(evaluatePreflight(facts()).map(({ code }) => code)).toEqual([
      'SupportStatus',
      'SupportStatus',
    ]);
  });

  it('passes in place as well', () => {
    expect(
      stopping(
        facts({ strategy: 'in-place', targetRevision: '1-25-1', target: version('1.26.1') }),
      ),
    ).toEqual([]);
  });

  it('is told the same on the next day, so that a plan stays the plan', () => {
    expect(evaluatePreflight(facts({ today: '2025-06-02' }))).toEqual(
      evaluatePreflight(facts({ today: '2025-06-01' })),
    );
  });

  it('gives the same findings in the same order, however often it is asked', () => {
    const given = facts({ mesh: sampleMesh({ workloads: [workload({ readyPods: 1 })] }) });

    expect(evaluatePreflight(given)).toEqual(evaluatePreflight(structuredClone(given)));
  });
});

describe('the least Kubernetes version', () => {
  it.each([
    ['1.24.0', 28],
    ['1.25.0', 28],
    ['1.25.1', 29],
    ['1.26.1', 29],
    ['1.27.9', 29],
    ['1.28.0-rc.1', 30],
    ['1.28.0', 30],
    ['1.30.0', 32],
    ['1.31.0', 32],
  ])('Istio %s wants Kubernetes 1.%d at least', (target, minor) => {
    const at = (kubernetesVersion: string): readonly string[] =>
      evaluatePreflight(
        facts({
          target: version(target),
          available: [version(target)],
          mesh: sampleMesh({
            kubernetesVersion,
            controlPlanes: [controlPlane({ version: target })],
          }),
        }),
      ).map(({ code }) => code);

    expect(at(`v1.${minor}.0`)).not.toContain('KubernetesTooOld');
    expect(at(`v1.${minor - 1}.15`)).toContain('KubernetesTooOld');
  });
});

describe('a target that is newer than everything the installer has', () => {
  it('is said to be so, since another binary is what is missing', () => {
    const [finding] = evaluatePreflight(facts({ target: version('1.27.0') }));
    const [older] = evaluatePreflight(facts({ target: version('1.26.0') }));

    expect(finding?.message).toContain('newer than all of them');
    expect(older?.message).not.toContain('newer than all of them');
  });
});

describe('overrides', () => {
  const NOT_READY: Finding = {
    code: 'WorkloadNotReady',
    severity: 'overridable',
    subject: 'Deployment shop/cart',
    message: 'expected 2 ready pods, found 1',
    remedy: 'wait',
  };
  const override = { code: 'WorkloadNotReady', subject: 'Deployment shop/cart', reason: 'known' };

  it.each([
    ['blocking', false, true],
    ['blocking', true, true],
    ['overridable', false, true],
    ['overridable', true, false],
    ['info', false, false],
  ] as const)(
    'a finding that is %s, overridden %s, stops the run: %s',
    (severity, isOverridden, stops) => {
      const finding: Finding = {
        ...NOT_READY,
        severity,
        ...(isOverridden ? { overriddenBecause: 'known' } : {}),
      };

      expect(stopsRun(finding)).toBe(stops);
    },
  );

  it('accept the finding that they name by code and subject, with the reason', () => {
    expect(applyOverrides([NOT_READY], [override])).toEqual([
      { ...NOT_READY, overriddenBecause: 'known' },
    ]);
  });

  it.each([
    ['another code', { ...override, code: 'NamespaceSelectsNothing' }],
    ['another subject', { ...override, subject: 'Deployment shop/cart2' }],
    ['a prefix of the subject', { ...override, subject: 'Deployment shop' }],
    ['another letter case', { ...override, subject: 'deployment shop/cart' }],
  ])('do not accept a finding by %s', (_what, wrong) => {
    expect(applyOverrides([NOT_READY], [override])[0]?.overriddenBecause).toBe('known');

    expect(applyOverrides([NOT_READY], [wrong])).toEqual([NOT_READY]);
  });

  it('leave a blocking finding what it is, though named', () => {
    const blocking: Finding = { ...NOT_READY, severity: 'blocking' };

    expect(applyOverrides([blocking], [override])).toEqual([blocking]);
  });

  it('put what stops the run first, then go by code and subject', () => {
    const info: Finding = { ...NOT_READY, code: 'IstioctlPrecheck', severity: 'info' };
    const other: Finding = { ...NOT_READY, subject: 'Deployment a/a' };
    const accepted: Finding = { ...NOT_READY, overriddenBecause: 'known' };

    const sorted = sortFindings([info, accepted, NOT_READY, other]);

    expect(sorted).toEqual([other, NOT_READY, info, accepted]);
  });
});

describe('a mesh is wholly there', () => {
  it('when its one control plane, every tag and every proxy are at the target', () => {
    expect(isWhollyThere(facts({ mesh: upgradedMesh() }))).toBe(true);
  });

  it('also where some pods have no proxy', () => {
    const mesh = { ...upgradedMesh(), workloads: [workload({ podsByRevision: { none: 2 } })] };

    expect(isWhollyThere(facts({ mesh }))).toBe(true);
  });

  it.each([
    ['there is no control plane', { controlPlanes: [] }],
    [
      'the old control plane is still there',
      { controlPlanes: [controlPlane(), controlPlane({ revision: '1-26-1' })] },
    ],
    [
      'the revision of that name runs another version',
      { controlPlanes: [controlPlane({ revision: '1-26-1', version: '1.26.0' })] },
    ],
    ['a tag points elsewhere', { tags: [{ tag: 'default', revision: '1-25-1', webhook: 'w' }] }],
    ['a proxy is old', { workloads: [workload({ podsByRevision: { '1-26-1': 1, '1-25-1': 1 } })] }],
    ['a proxy cannot be told', { workloads: [workload({ podsByRevision: { unknown: 1 } })] }],
  ])('not when %s', (_what, changes) => {
    expect(isWhollyThere(facts({ mesh: { ...upgradedMesh(), ...changes } }))).toBe(false);
  });

  it('not while a loose pod runs an old proxy', () => {
    const mesh = { ...upgradedMesh(), loosePods: [loosePod()] };

    expect(isWhollyThere(facts({ mesh }))).toBe(false);
  });

  it('not while the default validator sends elsewhere', () => {
    const mesh = { ...upgradedMesh(), defaultValidatorRevision: '1-25-1' };

    expect(isWhollyThere(facts({ mesh }))).toBe(false);
  });
});

describe('a control plane', () => {
  it.each([
    ['all replicas ready', [controlPlane()], 'Healthy'],
    ['some replicas ready', [controlPlane({ readyReplicas: 1 })], 'Progressing'],
    ['no replica ready', [controlPlane({ readyReplicas: 0 })], 'Degraded'],
    ['scaled to nothing', [controlPlane({ replicas: 0, readyReplicas: 0 })], 'Degraded'],
    ['not there', [], 'Degraded'],
  ] as const)('with %s', (_what, planes, status) => {
    expect(assessControlPlane(planes, '1-25-1')).toMatchObject({
      type: 'ControlPlaneReady',
      status,
    });
  });
});
