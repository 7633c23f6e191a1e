import { patch, create, copy, type Scenario } from './scenario.ts';

const SOURCE = 'a platform team';

/** What the target itself, or how it is asked for, does not allow. */
export const QUESTION_SCENARIOS: readonly Scenario[] = [
  {
    code: 'DowngradeRequested',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'a target below the running version',
    given: [],
    question: { target: '1.24.0' },
    near: { given: [], question: { target: '1.25.2' } },
  },
  {
    code: 'MinorSkipTooFar',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'three minors at once; two are allowed',
    given: [],
    question: { target: '1.28.0' },
    near: { given: [], question: { target: '1.27.0' } },
  },
  {
    code: 'MinorSkipTooFar',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'two minors at once in place; one is allowed',
    given: [],
    question: { target: '1.27.0', strategy: 'in-place' },
    near: { given: [], question: { target: '1.26.1', strategy: 'in-place' } },
  },
  {
    code: 'MinorSkipTooFar',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'a downgrade by three minors; two are allowed',
    given: [],
    question: { target: '1.22.0', direction: 'down' },
    near: { given: [], question: { target: '1.23.0', direction: 'down' } },
  },
  {
    code: 'UpgradeRequested',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'a downgrade to a version above',
    given: [],
    question: { target: '1.26.1', direction: 'down' },
    near: { given: [], question: { target: '1.24.0', direction: 'down' } },
  },
  {
    code: 'TargetUnknown',
    severity: 'blocking',
    subject: '1.26.9',
    name: 'a target of which there is no istioctl',
    given: [],
    question: { target: '1.26.9' },
    near: { given: [], question: { target: '1.26.1' } },
  },
  {
    code: 'TargetUnknown',
    severity: 'blocking',
    subject: '1.26.1',
    name: 'the configuration lost the istioctl of the target',
    given: [],
    question: { supplied: ['1.25.1'] },
    near: { given: [], question: { supplied: ['1.25.1', '1.26.1'] } },
  },
  {
    code: 'TargetWithdrawn',
    severity: 'blocking',
    subject: '1.26.1',
    name: 'a release that the table withdraws; another one of its minor is fine',
    given: [],
    question: { versions: [withdrawn('1.26.1')] },
    near: { given: [], question: { versions: [withdrawn('1.26.2')] } },
  },
  {
    code: 'KubernetesTooOld',
    severity: 'blocking',
    subject: 'demo',
    name: 'a release that needs the next Kubernetes; this one is enough for its other patches',
    given: [],
    question: { versions: [needing('1.26.0', 34)] },
    near: { given: [], question: { versions: [needing('1.26.2', 34)] } },
  },
  {
    code: 'KubernetesUntested',
    severity: 'info',
    subject: 'demo',
    name: 'a Kubernetes newer than any that the release was tried with',
    given: [],
    question: { versions: [testedUpTo(32)] },
    near: { given: [], question: { versions: [testedUpTo(33)] } },
  },
  {
    code: 'SupportStatus',
    severity: 'info',
    subject: '1.27.0',
    name: 'says until when the target is supported',
    given: [],
    question: { target: '1.27.0' },
    near: { given: [], question: { target: '1.26.1' } },
  },
  {
    code: 'FactUnknown',
    severity: 'overridable',
    subject: 'Istio 1.99.0',
    name: 'a target of which the version table has no row',
    given: [],
    question: { target: '1.99.0' },
    near: {
      given: [],
      question: { target: '1.99.0', versions: [{ ...needing('1.99.0', 30), minor: '1.99' }] },
    },
  },
  {
    code: 'InstallerBinaryMissing',
    severity: 'blocking',
    subject: '1.25.1',
    name: 'there is no istioctl of the running version',
    through: 'plan',
    given: [],
    question: { supplied: ['1.26.1'] },
    near: { given: [], question: { supplied: ['1.25.1', '1.26.1'] } },
  },
  {
    code: 'MeshNotFound',
    severity: 'blocking',
    subject: 'namespace shop',
    name: 'the configuration names a namespace without istiod',
    // Whoever wrote it gave meshlift the rights that it needs there.
    given: [
      create('RoleBinding shop/meshlift', {
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'cluster-admin',
        },
        subjects: [
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'meshlift:worker' },
        ],
      }),
    ],
    question: { meshNamespace: 'shop' },
    near: { given: [], question: {} },
  },
  {
    code: 'TargetAlreadyInstalled',
    severity: 'blocking',
    subject: 'Deployment istio-system/istiod-1-25-1',
    name: 'the only revision is the target, and one tag points elsewhere',
    given: [
      copy('MutatingWebhookConfiguration istio-revision-tag-prod-stable', {
        name: 'istio-revision-tag-old',
        replacing: { 'prod-stable': 'old' },
        merge: { metadata: { labels: { 'istio.io/rev': '1-24-0' } } },
      }),
    ],
    question: { target: '1.25.1' },
    near: {
      given: [
        copy('MutatingWebhookConfiguration istio-revision-tag-prod-stable', {
          name: 'istio-revision-tag-old',
          replacing: { 'prod-stable': 'old' },
        }),
      ],
    },
  },
  {
    code: 'MeshBusy',
    severity: 'blocking',
    subject: 'ConfigMap istio-system/meshlift-owner',
    name: 'another run holds the mesh; its lock may be taken over by name',
    given: [lockOf('run-1')],
    near: { given: [lockOf('run-1')], question: { takeOver: 'run-1' } },
  },
  {
    code: 'PlanChanged',
    severity: 'blocking',
    subject: 'Namespace search',
    name: 'a namespace was relabelled by hand since the plan was made',
    through: 'start',
    given: [
      patch('Namespace search', {
        metadata: { labels: { 'istio-injection': 'disabled' } },
      }),
    ],
    near: { given: [patch('Namespace search', { metadata: { labels: { team: 'search' } } })] },
  },
];

type Row = NonNullable<NonNullable<Scenario['question']>['versions']>[number];

function needing(since: string, minor: number): Row {
  const kubernetes = [
    { since, minor },
    { since: '1.26.0', minor: 29 },
  ];
  return {
    minor: '1.26',
    // The newest entry that a patch has reached counts.
    minimumKubernetes: since === '1.26.0' ? kubernetes.slice(0, 1) : kubernetes,
    testedKubernetes: 99,
    source: SOURCE,
  };
}

function testedUpTo(minor: number): Row {
  return { ...needing('1.26.0', 29), testedKubernetes: minor };
}

function withdrawn(version: string): Row {
  return { ...needing('1.26.0', 29), withdrawn: [{ version, why: 'it lost its gateways' }] };
}

function lockOf(runId: string): Scenario['given'][number] {
  return create('ConfigMap istio-system/meshlift-owner', {
    data: {
      runId,
      workflowId: 'mesh/demo',
      temporalNamespace: 'elsewhere',
      since: '2026-03-01T10:00:00Z',
    },
  });
}
