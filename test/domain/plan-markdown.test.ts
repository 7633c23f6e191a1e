import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/domain/finding.ts';
import { renderPlanMarkdown } from '../../src/domain/plan-markdown.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { estimatePlan } from '../../src/domain/planning/estimate-plan.ts';
import type { Planned, PlannedObject } from '../../src/domain/planning/plan.ts';
import { API_VERSION, type TypedRequest } from '../../src/domain/request/request.ts';
import type { PlanTimes } from '../../src/domain/time/plan-times.ts';
import { renderPlanned } from '../../src/cli/render/plan.ts';
import { plainOutput } from '../cli/support/examples.ts';
import {
  movedIn,
  namespaceByRevision,
  sampleMesh,
  samplePolicy,
  workload,
} from '../support/sample-mesh.ts';

const FINDING: Finding = {
  code: 'WorkloadNotReady',
  severity: 'overridable',
  subject: 'Deployment shop/cart',
  message: 'expected 2 ready pods, found <b>1</b>',
  remedy: 'wait',
  overriddenBecause: 'known | slow',
};
const CRD: PlannedObject = {
  ref: { apiVersion: 'v1', kind: 'CustomResourceDefinition', name: 'x.istio.io' },
  action: 'update',
  diff: [
    { path: 'spec.a', from: 1, to: 2 },
    { path: 'spec.b', to: { c: '*d*' } },
    { path: 'spec.e', from: 'old' },
  ],
  diffLeftOut: { count: 7, digest: 'sha256:x' },
};
const ISTIOD: PlannedObject = {
  ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'istio-system', name: 'istiod-1' },
  action: 'create',
  summary: '2 replicas of pilot:1.26.1',
};

const TIMES: PlanTimes = {
  kind: 'known',
  at: '2026-11-20T07:00:00.000Z',
  phases: [
    {
      phase: 'prepare',
      steps: ['crds'],
      windows: [],
      now: { kind: 'open', until: '2026-11-20T08:00:00.000Z' },
    },
    {
      phase: 'dataPlane',
      steps: ['wave-1', 'wave-2'],
      windows: [{ name: 'nights', rule: 'tue at 22:00 UTC for 4 h' }],
      now: { kind: 'closed', because: 'no window is open' },
      opensNext: '2026-11-24T22:00:00.000Z',
    },
  ],
  freezes: [
    {
      name: 'incident-12',
      from: '2026-11-20T06:00:00.000Z',
      to: '2026-11-20T08:00:00.000Z',
      by: 'ana',
    },
  ],
};

function planned(): Extract<Planned, { kind: 'plan' }> {
  const from = { revision: '1-25-1', version: '1.25.1' };
  const to = { revision: '1-26-1', version: '1.26.1' };
  const mesh = sampleMesh({
    namespaces: [...sampleMesh().namespaces, namespaceByRevision('many')],
    workloads: [
      ...sampleMesh().workloads,
      ...Array.from({ length: 60 }, (_, index) =>
        workload({ namespace: 'many', name: `w${String(index).padStart(2, '0')}` }),
      ),
    ],
  });
  const policy = samplePolicy();
  const plan = {
    apiVersion: 'meshlift.dev/v1alpha1',
    cluster: { name: 'demo', uid: 'uid-1' },
    meshNamespace: 'istio-system',
    strategy: 'canary' as const,
    from,
    to,
    reason: 'CHG-1 | <script>',
    steps: buildSteps({
      mesh,
      policy,
      treated: movedIn(mesh),
      gatewayNamespaces: [],
      from,
      to,
      base: [CRD],
      pilot: [ISTIOD],
      old: [{ ...ISTIOD, action: 'delete' }],
    }),
    policy,
    binaries: {},
    renderDigest: 'sha256:r',
    findings: [FINDING],
  };
  return { kind: 'plan', plan, digest: 'sha256:d', estimate: estimatePlan(plan, mesh) };
}

const REQUEST: TypedRequest = {
  type: 'upgradeMesh',
  request: { apiVersion: API_VERSION, cluster: 'demo', target: '1.26.1', overrides: [] },
};

describe.each([
  ['as Markdown', () => renderPlanMarkdown(planned(), REQUEST, TIMES).replaceAll('\\', '')],
  ['as text', () => renderPlanned(plainOutput(), planned(), TIMES)],
])('a plan %s', (_format, render) => {
  it.each([
    ['each step', 'Install control plane 1-26-1 beside the running one'],
    ['what each object changes', 'spec.a: 1 → 2'],
    ['what it adds and takes away', 'spec.b: + {"c":"*d*"}'],
    ['how much more changes than is shown', 'and 7 more fields'],
    ['what is created', 'create Deployment istio-system/istiod-1: 2 replicas of pilot:1.26.1'],
    ['what each wave contains', 'StatefulSet billing/ledger'],
    ['how a namespace moves', 'namespace orders: istio-injection: enabled → absent'],
    ['that a list goes on', 'and 10 more'],
    ['its gates', 'waits for a person, at most 1h00m'],
    ['how each step is undone', 'undo: selectors back, then pod templates'],
    ['where nothing is undone any more', 'undo: none from here on'],
    ['what it takes', 'API requests (an estimate, without the time that people take)'],
    ['its digest', 'sha256:d'],
    ['findings and why they were accepted', 'known | slow'],
    ['what windows its waves need', 'nights: tue at 22:00 UTC for 4 h'],
    ['that a phase needs none', 'none is needed'],
    ['what holds now', 'freeze "incident-12" by ana holds until 2026-11-'],
  ])('says %s', (_what, words) => {
    expect(render()).toContain(words);
  });
});

it.each([
  ['as Markdown', (times?: PlanTimes) => renderPlanMarkdown(planned(), REQUEST, times)],
  ['as text', (times?: PlanTimes) => renderPlanned(plainOutput(), planned(), times)],
])(
  'a plan %s says when its phases open next, and nothing where nothing holds it back',
  (_, render) => {
    expect(render(TIMES)).toMatch(/dataPlane.*2 steps.*closed.*2026-11-24.22:00:00/);
    expect(render(TIMES)).toMatch(/prepare.*crds.*open until 2026-11-20.08:00:00/);
    expect(render({ kind: 'unknown', because: 'freezes cannot be read' })).toContain(
      'freezes cannot be read',
    );
    expect(render(undefined)).not.toContain('When it may change the mesh');
  },
);

describe('a plan as Markdown', () => {
  it('shows foreign text letter by letter', () => {
    const page = renderPlanMarkdown(planned(), REQUEST);

    expect(page).toContain('CHG-1 \\| \\<script\\>');
    expect(page).toContain('found \\<b\\>1\\</b\\>');
    expect(page).toContain('\\*d\\*');
    expect(page).not.toContain('<b>');
  });

  it.each<[Planned['kind'], Exclude<Planned, { kind: 'plan' }>, string]>([
    ['blocked', { kind: 'blocked', findings: [FINDING] }, '# Upgrade of demo to 1.26.1: blocked'],
    [
      'nothing-to-do',
      { kind: 'nothing-to-do', findings: [] },
      '# Upgrade of demo to 1.26.1: nothing to do',
    ],
  ])('says why there is none: %s', (_kind, answer, title) => {
    const page = renderPlanMarkdown(answer, REQUEST);

    expect(page.split('\n')[0]).toBe(title);
    expect(page.includes('WorkloadNotReady')).toBe(answer.findings.length > 0);
  });
});
