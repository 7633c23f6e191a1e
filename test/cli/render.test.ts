import { describe, expect, it } from '@jest/globals';
import { renderPlanned } from '../../src/cli/render/plan.ts';
import { renderReport } from '../../src/cli/render/run.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import { estimatePlan } from '../../src/domain/planning/estimate-plan.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { movedIn, sampleMesh, samplePolicy } from '../support/sample-mesh.ts';
import { buildReport, buildStep, plainOutput } from './support/examples.ts';

describe('a report on the terminal', () => {
  it('tells how long a step took, and how long its undo', () => {
    const step = {
      ...buildStep('wave-1', 'wave', 'undone'),
      begunAt: '2026-11-21T10:00:00.000Z',
      endedAt: '2026-11-21T10:00:05.000Z',
      undoBegunAt: '2026-11-21T11:00:00.000Z',
      undoEndedAt: '2026-11-21T11:01:02.000Z',
    };

    expect(renderReport(plainOutput(), buildReport({ steps: [step] }))).toContain(
      'wave-1  undone  5s, undo 1m02s  do wave-1',
    );
  });
});

describe('a census on the terminal', () => {
  it('tells for each wave what it counted, and what nobody could tell', () => {
    const text = renderReport(
      plainOutput(),
      buildReport({
        waves: [
          {
            id: 'wave-1',
            namespaces: ['shop'],
            workloads: 2,
            onTarget: 2,
            pods: 5,
            census: { onTarget: 5, ready: 5, connected: 4, synced: 3, unknown: 1 },
            remarks: ['not known of 1 pod: istiod does not tell'],
          },
        ],
      }),
    );

    expect(text).toMatch(/wave-1 +2\/2 +5 +5 ready, 4 connected, 3 synced, 1 not known +shop/);
    expect(text).toContain('wave-1: not known of 1 pod: istiod does not tell');
  });
});

describe('a plan on the terminal', () => {
  it('counts in good English', () => {
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'istio-system', name: 'istio' };
    const objects = [{ ref, action: 'none' }] as const;
    const [from, to] = ['1.25.1', '1.26.1'].map((version) => ({
      revision: version.replaceAll('.', '-'),
      version,
    }));
    if (from === undefined || to === undefined) throw new Error('expected two versions');
    const policy = samplePolicy();
    const mesh = sampleMesh({ cluster: 'demo' });
    const parts = {
      base: objects,
      pilot: objects,
      old: objects,
      gatewayNamespaces: [],
      treated: movedIn(mesh),
    };
    const plan: UpgradePlan = {
      apiVersion: 'meshlift.dev/v1alpha1',
      cluster: { name: 'demo', uid: 'uid-kube-system' },
      meshNamespace: 'istio-system',
      strategy: 'canary',
      ...{ from, to, policy, binaries: {}, renderDigest: 'sha256:x', findings: [] },
      steps: buildSteps({ mesh, policy, from, to, ...parts }),
    };

    const page = renderPlanned(plainOutput(), {
      kind: 'plan',
      plan,
      digest: 'sha256:y',
      estimate: estimatePlan(plan, mesh),
    });

    expect(page).toContain('leaves 1 object\n');
    expect(page).toContain('removes 1 object of revision 1-25-1');
    expect(page).toContain('restarts 1 workload\n');
    expect(page).not.toMatch(/\b1 (objects|workloads|pods)\b/);
  });
});
