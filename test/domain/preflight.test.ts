import { describe, expect, it } from '@jest/globals';
import { FINDING_CODES, stopsRun, type Finding } from '../../src/domain/finding.ts';
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
  controlPlaneWithoutVersion,
  facts,
  loosePod,
  namespace,
  sampleMesh,
  upgradedMesh,
  version,
  workload,
} from '../support/sample-mesh.ts';

/** A finding without its words, which people improve. */
type Verdict = readonly [code: string, severity: string, subject: string];

function verdictsOf(input: PreflightFacts): readonly Verdict[] {
  return evaluatePreflight(input).map(({ code, severity, subject }) => [code, severity, subject]);
}

const OWNER = {
  runId: 'run-of-others',
  workflowId: 'mesh/demo',
  temporalNamespace: 'default',
  since: '2026-11-21T10:00:00.000Z',
};

describe('a mesh as people have them', () => {
  it('passes every rule', () => {
    expect(evaluatePreflight(facts())).toEqual([]);
  });
});

interface Case {
  readonly policy: string;
  readonly given: PreflightFacts;
  readonly expected: readonly Verdict[];
}

const CASES: readonly Case[] = [
  {
    policy: 'refuses a namespace in which no control plane runs',
    given: facts({
      mesh: sampleMesh({
        controlPlanes: [],
        tags: [],
        namespaces: [],
        workloads: [],
      }),
    }),
    expected: [['MeshNotFound', 'blocking', 'namespace istio-system']],
  },
  {
    policy: 'refuses a control plane that Helm installed',
    given: facts({ mesh: sampleMesh({ controlPlanes: [controlPlane({ installer: 'helm' })] }) }),
    expected: [['UnsupportedInstallation', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a control plane whose installer cannot be told',
    given: facts({ mesh: sampleMesh({ controlPlanes: [controlPlane({ installer: 'unknown' })] }) }),
    expected: [['UnsupportedInstallation', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a control plane without a revision',
    given: facts({
      mesh: sampleMesh({
        controlPlanes: [
          controlPlane({ revision: 'default', version: '1.25.1', deployment: 'istiod' }),
        ],
        workloads: [],
      }),
    }),
    expected: [['UnsupportedInstallation', 'blocking', 'Deployment istio-system/istiod']],
  },
  {
    policy: 'refuses a control plane whose image tag is not a version',
    given: facts({ mesh: sampleMesh({ controlPlanes: [controlPlaneWithoutVersion()] }) }),
    expected: [['UnsupportedInstallation', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a target that the installer does not have',
    given: facts({ target: version('1.26.2') }),
    expected: [['TargetUnknown', 'blocking', '1.26.2']],
  },
  {
    policy: 'refuses any target where the installer has none',
    given: facts({ available: [] }),
    expected: [['TargetUnknown', 'blocking', '1.26.1']],
  },
  {
    policy: 'refuses a lower minor as a downgrade',
    given: facts({ target: version('1.24.9'), available: [version('1.24.9')] }),
    expected: [['DowngradeRequested', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a lower patch as a downgrade',
    given: facts({ target: version('1.25.0'), available: [version('1.25.0')] }),
    expected: [['DowngradeRequested', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a pre-release of the running version as a downgrade',
    given: facts({ target: version('1.25.1-rc.1'), available: [version('1.25.1-rc.1')] }),
    expected: [['DowngradeRequested', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a target more than two minors ahead',
    given: facts({ target: version('1.28.0'), available: [version('1.28.0')] }),
    expected: [['MinorSkipTooFar', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses a target of another major version',
    given: facts({ target: version('2.0.0'), available: [version('2.0.0')] }),
    expected: [['MinorSkipTooFar', 'blocking', 'Deployment istio-system/istiod-1-25-1']],
  },
  {
    policy: 'refuses two control planes to upgrade from',
    given: facts({
      mesh: sampleMesh({
        controlPlanes: [controlPlane({ revision: '1-24-3' }), controlPlane()],
      }),
    }),
    expected: [['MixedControlPlanes', 'blocking', 'namespace istio-system']],
  },
  {
    policy: 'refuses a target revision that stands beside the running one already',
    given: facts({
      mesh: sampleMesh({ controlPlanes: [controlPlane(), controlPlane({ revision: '1-26-1' })] }),
    }),
    expected: [['TargetRevisionPresent', 'blocking', 'Deployment istio-system/istiod-1-26-1']],
  },
  {
    policy: 'refuses a mesh that has only the target, with proxies left behind elsewhere',
    given: facts({
      mesh: { ...upgradedMesh(), workloads: [workload({ podsByRevision: { '1-25-1': 2 } })] },
    }),
    expected: [
      ['ProxyOfUnknownRevision', 'blocking', 'Deployment shop/cart'],
      ['TargetAlreadyInstalled', 'blocking', 'Deployment istio-system/istiod-1-26-1'],
    ],
  },
  {
    policy: 'refuses a Kubernetes that is too old for the target',
    given: facts({ mesh: sampleMesh({ kubernetesVersion: 'v1.28.9' }) }),
    expected: [['KubernetesTooOld', 'blocking', 'demo']],
  },
  {
    policy: 'refuses a Kubernetes version that cannot be read',
    given: facts({ mesh: sampleMesh({ kubernetesVersion: 'unknown' }) }),
    expected: [['KubernetesTooOld', 'blocking', 'demo']],
  },
  {
    policy: 'refuses a mesh that another run holds',
    given: facts({ mesh: sampleMesh({ owner: OWNER }) }),
    expected: [['MeshBusy', 'blocking', 'ConfigMap istio-system/meshlift-owner']],
  },
  {
    policy: 'refuses a mesh whose holder is not the one that may be taken over',
    given: facts({ mesh: sampleMesh({ owner: OWNER }), takeOver: 'another-run' }),
    expected: [['MeshBusy', 'blocking', 'ConfigMap istio-system/meshlift-owner']],
  },
  {
    policy: 'asks about a namespace whose label names no revision and no tag',
    given: facts({
      mesh: sampleMesh({
        namespaces: [
          ...sampleMesh().namespaces,
          namespace('typo', {
            labels: { 'istio.io/rev': 'prod-stabel' },
            selection: { kind: 'nothing', label: 'istio.io/rev=prod-stabel' },
          }),
        ],
      }),
    }),
    expected: [['NamespaceSelectsNothing', 'overridable', 'Namespace typo']],
  },
  {
    policy: 'asks about a namespace that follows a default which does not exist',
    given: facts({
      mesh: sampleMesh({
        namespaces: [
          ...sampleMesh().namespaces,
          namespace('typo', {
            labels: { 'istio-injection': 'enabled' },
            selection: { kind: 'injection-label' },
          }),
        ],
      }),
    }),
    expected: [['NamespaceSelectsNothing', 'overridable', 'Namespace typo']],
  },
  {
    policy: 'refuses proxies of a revision that has no control plane',
    given: facts({
      mesh: sampleMesh({ workloads: [workload({ podsByRevision: { '1-25-1': 1, '1-23-4': 1 } })] }),
    }),
    expected: [['ProxyOfUnknownRevision', 'blocking', 'Deployment shop/cart']],
  },
  {
    policy: 'refuses proxies whose revision cannot be told',
    given: facts({
      mesh: sampleMesh({ workloads: [workload({ podsByRevision: { unknown: 2 } })] }),
    }),
    expected: [['ProxyOfUnknownRevision', 'blocking', 'Deployment shop/cart']],
  },
  {
    policy: 'refuses a workload that a new template would not restart',
    given: facts({
      mesh: sampleMesh({ workloads: [workload({ cannotRestart: 'its rollout is paused' })] }),
    }),
    expected: [['WorkloadCannotBeMoved', 'blocking', 'Deployment shop/cart']],
  },
  {
    policy: 'refuses a workload whose pods are injected by a label of their own',
    given: facts({
      mesh: sampleMesh({ workloads: [workload({ namespace: 'bystander', name: 'lone' })] }),
    }),
    expected: [['WorkloadCannotBeMoved', 'blocking', 'Deployment bystander/lone']],
  },
  {
    policy: 'refuses a pod with a proxy whose owner nobody restarts',
    given: facts({ mesh: sampleMesh({ loosePods: [loosePod()] }) }),
    expected: [['WorkloadCannotBeMoved', 'blocking', 'Pod shop/batch-x']],
  },
  {
    policy: 'asks about a workload that is not ready beforehand',
    given: facts({ mesh: sampleMesh({ workloads: [workload({ readyPods: 1 })] }) }),
    expected: [['WorkloadNotReady', 'overridable', 'Deployment shop/cart']],
  },
];

describe('preflight', () => {
  it.each(CASES)('$policy', ({ given, expected }) => {
    expect(verdictsOf(given)).toEqual(expected);
  });

  it('every finding code that a domain rule gives has a failing case above', () => {
    const elsewhere = new Set([
      'InstallerBinaryMissing',
      'InstallerDriftOnShared',
      'IstioctlPrecheck',
      'PlanChanged',
      'ValuesNotRecovered',
    ]);

    const covered = new Set(CASES.flatMap(({ expected }) => expected.map(([code]) => code)));

    expect([...covered].sort()).toEqual(FINDING_CODES.filter((code) => !elsewhere.has(code)));
  });

  it('every finding says what was expected, what was found and what to do', () => {
    const findings = CASES.flatMap(({ given }) => evaluatePreflight(given));

    expect(findings.length).toBeGreaterThan(CASES.length - 1);
    for (const { message, remedy } of findings) {
      expect(message).toMatch(/^expected .+(found|holds it|;)/);
      expect(remedy).not.toBe('');
    }
  });
});

describe('what the rules let pass', () => {
  const passes: readonly (readonly [string, PreflightFacts])[] = [
    ['a patch release', facts({ target: version('1.25.2'), available: [version('1.25.2')] })],
    ['one minor ahead', facts()],
    ['two minors ahead', facts({ target: version('1.27.0'), available: [version('1.27.0')] })],
    [
      'a pre-release of a later version',
      facts({ target: version('1.26.0-rc.1'), available: [version('1.26.0-rc.1')] }),
    ],
    [
      'a mesh that this very run holds',
      facts({ mesh: sampleMesh({ owner: OWNER }), runId: OWNER.runId }),
    ],
    [
      'a mesh whose dead holder is named to be taken over',
      facts({ mesh: sampleMesh({ owner: OWNER }), takeOver: OWNER.runId }),
    ],
    ['the least Kubernetes version', facts({ mesh: sampleMesh({ kubernetesVersion: 'v1.29.0' }) })],
    [
      'a Kubernetes version with a vendor suffix',
      facts({ mesh: sampleMesh({ kubernetesVersion: 'v1.30.5-gke.1014001' }) }),
    ],
    [
      'a namespace that opted out',
      facts({
        mesh: sampleMesh({
          namespaces: [
            ...sampleMesh().namespaces,
            namespace('out', { selection: { kind: 'opted-out' } }),
          ],
        }),
      }),
    ],
    [
      'pods without a proxy in a meshed namespace',
      facts({ mesh: sampleMesh({ workloads: [workload({ podsByRevision: { none: 2 } })] }) }),
    ],
    [
      'a workload scaled to nothing',
      facts({
        mesh: sampleMesh({
          workloads: [workload({ desiredPods: 0, readyPods: 0, podsByRevision: {} })],
        }),
      }),
    ],
  ];

  it.each(passes)('%s', (_what, given) => {
    expect(evaluatePreflight(given)).toEqual([]);
  });

  it.each([
    ['1.24.0', 28],
    ['1.25.0', 28],
    ['1.25.1', 29],
    ['1.26.1', 29],
    ['1.27.9', 29],
    ['1.28.0-rc.1', 29],
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
