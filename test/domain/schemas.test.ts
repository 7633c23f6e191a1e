import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { digestPlan } from '../../src/activities/plan-digest.ts';
import type { FieldDifference } from '../../src/domain/diff/diff-fields.ts';
import type { Drift } from '../../src/domain/drift/drift.ts';
import type { Finding } from '../../src/domain/finding.ts';
import type { Json } from '../../src/domain/kubernetes-object.ts';
import { buildSteps } from '../../src/domain/planning/build-steps.ts';
import { estimatePlan, type PlanEstimate } from '../../src/domain/planning/estimate-plan.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import type { planEstimate, upgradePlan } from '../../src/domain/planning/schema.ts';
import { plannedFile } from '../../src/domain/planning/schema.ts';
import type { UpgradeReport } from '../../src/domain/report.ts';
import type { API_VERSION } from '../../src/domain/request/request.ts';
import type { finding, upgradeReport } from '../../src/domain/schema.ts';
import type { MaintenanceReport } from '../../src/domain/standing-policy/maintenance-report.ts';
import type { maintenanceReport } from '../../src/domain/standing-policy/schema.ts';
import type { webhookBody } from '../../src/notifications/schema.ts';
import type { WebhookBody } from '../../src/notifications/webhook.ts';
import { movedIn, sampleMesh, samplePolicy } from '../support/sample-mesh.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The types leave the version open, so that it stands in one place. */
type Versioned<T> = Omit<T, 'apiVersion'> & { readonly apiVersion: typeof API_VERSION };
type Deep<T> = [Json] extends [T]
  ? T
  : T extends object
    ? T extends FieldDifference | Drift
      ? T
      : { readonly [K in keyof T]: Deep<T[K]> }
    : T;

/** Every member there: one that only one side has, optional or not, parts them. */
type Whole<T> = [NonNullable<Json>] extends [T]
  ? T
  : T extends object
    ? { readonly [K in keyof T]-?: Whole<NonNullable<T[K]>> }
    : T;
type Same<A, B> = [Whole<A>] extends [Whole<B>]
  ? [Whole<B>] extends [Whole<A>]
    ? 'the same'
    : 'the schema has more'
  : 'the type has more';

/** The compiler fails in these lines when a type and its schema part. */
const members: {
  readonly finding: Same<Finding, z.output<typeof finding>>;
  readonly plan: Same<Versioned<UpgradePlan>, z.output<typeof upgradePlan>>;
  readonly estimate: Same<PlanEstimate, z.output<typeof planEstimate>>;
  readonly report: Same<Versioned<UpgradeReport>, z.output<typeof upgradeReport>>;
  readonly maintenance: Same<Versioned<MaintenanceReport>, z.output<typeof maintenanceReport>>;
  readonly notification: Same<WebhookBody, z.output<typeof webhookBody>>;
} = {
  finding: 'the same',
  plan: 'the same',
  estimate: 'the same',
  report: 'the same',
  maintenance: 'the same',
  notification: 'the same',
};
/** Each must take what the other gives: what is optional in one is so in the other. */
const fromSchema = {
  finding: (value: z.output<typeof finding>): Finding => value,
  plan: (value: z.output<typeof upgradePlan>): UpgradePlan => value,
  estimate: (value: z.output<typeof planEstimate>): PlanEstimate => value,
  report: (value: z.output<typeof upgradeReport>): UpgradeReport => value,
  maintenance: (value: z.output<typeof maintenanceReport>): MaintenanceReport => value,
  notification: (value: z.output<typeof webhookBody>): WebhookBody => value,
};
const intoSchema = {
  finding: (value: Finding): Deep<z.output<typeof finding>> => value,
  plan: (value: Versioned<UpgradePlan>): Deep<z.output<typeof upgradePlan>> => value,
  estimate: (value: PlanEstimate): Deep<z.output<typeof planEstimate>> => value,
  report: (value: Versioned<UpgradeReport>): Deep<z.output<typeof upgradeReport>> => value,
  maintenance: (value: Versioned<MaintenanceReport>): Deep<z.output<typeof maintenanceReport>> =>
    value,
  notification: (value: WebhookBody): Deep<z.output<typeof webhookBody>> => value,
};

it('every schema is compared with its type in both directions', () => {
  expect(Object.keys(fromSchema)).toEqual(Object.keys(members));
  expect(Object.keys(intoSchema)).toEqual(Object.keys(members));
});

const FINDING: Finding = {
  code: 'WorkloadNotReady',
  severity: 'overridable',
  subject: 'Deployment shop/cart',
  message: 'expected 2 ready pods, found 1',
  remedy: 'wait',
  overriddenBecause: 'known',
};

function samplePlan(): UpgradePlan {
  const from = { revision: '1-25-1', version: '1.25.1' };
  const to = { revision: '1-26-1', version: '1.26.1' };
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'istio-system', name: 'istio' };
  const digest = `sha256:${'a'.repeat(64)}`;
  return {
    apiVersion: 'meshlift.dev/v1alpha1',
    cluster: { name: 'demo', uid: 'uid-kube-system' },
    meshNamespace: 'istio-system',
    strategy: 'canary',
    from,
    to,
    reason: 'CHG-1',
    steps: buildSteps({
      mesh: sampleMesh(),
      policy: samplePolicy(),
      treated: movedIn(sampleMesh()),
      gatewayNamespaces: [],
      from,
      to,
      base: [
        {
          ref,
          action: 'update',
          uid: 'u',
          rendered: digest,
          diff: [{ path: 'data', from: { a: [1, null] }, to: 'x' }],
          diffLeftOut: { count: 1, digest },
        },
      ],
      pilot: [{ ref, action: 'create', rendered: digest, summary: 'keys mesh' }],
      old: [{ ref, action: 'delete', uid: 'u' }],
    }),
    policy: samplePolicy({
      waves: { critical: ['shop'], percentages: [10, 100], maxWorkloadsPerWave: 9 },
    }),
    binaries: { '1.26.1': digest },
    renderDigest: digest,
    findings: [FINDING],
  };
}

function sampleFile(): object {
  const plan = samplePlan();
  return {
    kind: 'plan',
    request: { cluster: 'demo', target: '1.26.1' },
    digest: digestPlan(plan),
    estimate: estimatePlan(plan, sampleMesh()),
    plan,
  };
}

const REPORT: UpgradeReport = {
  apiVersion: 'meshlift.dev/v1alpha1',
  outcome: 'RolledBack',
  cluster: 'demo',
  target: '1.26.1',
  runId: 'r',
  workflowId: 'mesh/demo',
  startedAt: '2026-11-21T10:00:00.000Z',
  findings: [FINDING],
  steps: [{ id: 'wave-1', kind: 'wave', title: 't', state: 'undone' }],
  waves: [{ id: 'wave-1', namespaces: ['shop'], workloads: 1, onTarget: 1, pods: 2 }],
  exceptions: [],
  restored: true,
  differences: [{ path: 'p', expected: 'a', found: 'b' }],
  remaining: [],
  messages: [
    { at: '2026-11-21T10:00:00.000Z', message: 'reject', effect: 'accepted', detail: 'no' },
  ],
};

function readSchema(name: string): z.ZodType {
  const text = readFileSync(path.join(ROOT, 'schemas', `${name}.json`), 'utf8');
  return z.fromJSONSchema(JSON.parse(text) as Parameters<typeof z.fromJSONSchema>[0]);
}

function requestOf(file: string): unknown {
  return JSON.parse(readFileSync(path.join(ROOT, 'examples/requests', file), 'utf8'));
}

describe('the JSON Schemas', () => {
  it.each<[string, unknown]>([
    ['plan', sampleFile()],
    ['report', REPORT],
    ['findings', [FINDING]],
    ...readdirSync(path.join(ROOT, 'examples/requests')).map((file): [string, unknown] => [
      'request',
      requestOf(file),
    ]),
    [
      'config',
      {
        apiVersion: 'meshlift.dev/v1alpha1',
        clusters: { demo: { kubeconfig: 'kubeconfig' } },
        policies: { default: { soak: { wave: '10m' }, waves: { percentages: [10, 100] } } },
      },
    ],
  ])('%s takes what there is of it', (name, value) => {
    expect(readSchema(name).safeParse(value)).toMatchObject({ success: true });
  });

  it.each<[string, string, object]>([
    ['plan', 'a step of an unknown kind', { plan: { ...samplePlan(), steps: [{ kind: 'pray' }] } }],
    ['plan', 'a member that no plan has', { plan: { ...samplePlan(), extra: 1 } }],
    ['report', 'an outcome that there is not', { outcome: 'Fine' }],
    ['request', 'a version that is none', { target: 'newest' }],
    ['config', 'another apiVersion', { apiVersion: 'v2' }],
  ])('%s refuses %s', (name, _what, wrong) => {
    const right: Readonly<Record<string, object>> = {
      plan: sampleFile(),
      report: REPORT,
      request: { cluster: 'demo', target: '1.26.1' },
      config: { apiVersion: 'meshlift.dev/v1alpha1', clusters: {} },
    };
    expect(readSchema(name).safeParse(right[name])).toMatchObject({ success: true });

    expect(readSchema(name).safeParse({ ...right[name], ...wrong })).toMatchObject({
      success: false,
    });
  });

  it.each(['config', 'plan', 'report', 'request'])('%s says which apiVersion it is of', (name) => {
    const text = readFileSync(path.join(ROOT, 'schemas', `${name}.json`), 'utf8');
    const schema = JSON.parse(text) as { readonly $id: string };

    expect(schema.$id).toBe(`urn:meshlift:v1alpha1:${name}`);
    expect(text).toContain('"const": "meshlift.dev/v1alpha1"');
  });

  it('read back a plan as it was', () => {
    const file = sampleFile() as { readonly plan: unknown };

    const parsed = plannedFile.parse(JSON.parse(JSON.stringify(file)));

    expect(parsed.plan).toEqual(file.plan);
    expect(digestPlan(parsed.plan)).toBe(parsed.digest);
  });
});
