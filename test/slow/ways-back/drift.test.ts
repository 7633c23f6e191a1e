import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { undoChange } from '../../../src/activities/changes/undo-change.ts';
import { readFeatures } from '../../../src/activities/drift/read-features.ts';
import { createInstaller } from '../../../src/activities/mesh-services.ts';
import { openRunRecord, type RunRecord } from '../../../src/activities/record/run-record.ts';
import { readJournal } from '../../../src/activities/record/step-journal.ts';
import { applyRelease } from '../../../src/activities/release/apply-release.ts';
import {
  compileRelease,
  type CompiledRelease,
} from '../../../src/activities/release/compile-release.ts';
import { openCluster, type ClusterAccess } from '../../../src/clients/cluster-access.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { Drift } from '../../../src/domain/drift/drift.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { formatRef, type KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import type { Override } from '../../../src/domain/request/request.ts';
import type { MeshInstaller } from '../../../src/installers/installer.ts';
import { istioVersion } from '../../installers/support.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { editByHand, environment, setVariable } from '../../e2e/support/istiod-by-hand.ts';

const run = promisify(execFile);
const TEST_TIMEOUT_MS = 5 * 60_000;
const MESH = 'istio-system';
const FROM = { revision: 'default', version: istioVersion('1.25.1'), meshNamespace: MESH };
const TO = { ...FROM, version: istioVersion('1.26.1') };

const VALIDATOR = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/istio-validator-${MESH}`;

let bench: Bench;
let access: ClusterAccess;
let installer: MeshInstaller;

/** Beside the sample mesh, one without a revision, as `istioctl install` makes it: with an autoscaler. */
beforeAll(async () => {
  bench = await openBench('drift');
  const config = loadConfig(bench.configFile);
  const entry = config.clusters.get('demo');
  const istioctl = config.istioctl[FROM.version];
  if (entry === undefined || istioctl === undefined) throw new Error('no cluster, or no istioctl');
  access = openCluster(entry);
  installer = createInstaller(config);
  const settings = ['profile=minimal', 'values.pilot.env.PILOT_DEBOUNCE_MAX=5s'];
  const kubeconfig = ['--kubeconfig', bench.endpoints.kubeconfigs.rig];
  await run(istioctl.path, [
    'install',
    '-y',
    ...kubeconfig,
    ...settings.flatMap((each) => ['--set', each]),
  ]);
  await eventually(async () => (await failurePolicy()) === 'Fail', {
    what: 'istiod makes its validator strict',
  });
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), 60_000);

async function failurePolicy(): Promise<string | undefined> {
  const found = await bench.kubernetes.get<{ webhooks: { failurePolicy: string }[] }>(VALIDATOR);
  return found.webhooks[0]?.failurePolicy;
}

async function compile(overrides: readonly Override[] = []): Promise<CompiledRelease> {
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS);
  const request = { from: FROM, to: TO, overrides, direction: 'up' } as const;
  return compileRelease(access, installer, request, signal);
}

function editsIn({ findings }: CompiledRelease): readonly Finding[] {
  return findings.filter(({ code }) => code === 'DirectEdit');
}

/** `Deployment istio-system/istiod field: what by whom, outcome`, in a fixed order. */
function linesOf(findings: readonly Finding[]): readonly string[] {
  const line = ({ ref, field, kind, manager, outcome }: Drift): string =>
    `${formatRef(ref)} ${field}: ${kind} by ${manager ?? 'nobody known'}, ${outcome}`;
  return findings.flatMap(({ drift = [] }) => drift.map(line)).toSorted();
}

describe('a mesh that nobody edited', () => {
  it(
    'has no drift, although istiod and istioctl themselves wrote to it since',
    async () => {
      const compiled = await compile();

      const there = compiled.objects.filter(({ live }) => live !== undefined);
      expect(there.length).toBeGreaterThan(30);
      expect(compiled.oldRender.length).toBeGreaterThan(30);
      expect(await refusedUnforced(compiled, 'ValidatingWebhookConfiguration')).toMatch(
        /failurePolicy/,
      );
      expect(await refusedUnforced(compiled, 'MutatingWebhookConfiguration')).toMatch(/Selector/);
      expect(editsIn(compiled)).toEqual([]);
      expect(compiled.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      expect(compiled.featureNames).toContain('variable PILOT_DEBOUNCE_MAX of istiod');
    },
    TEST_TIMEOUT_MS,
  );
});

const TRUST_BUNDLE =
  'Deployment istio-system/istiod spec.template.spec.volumes[name="istio-csr-ca-configmap"]';

describe('a feature of 1.26 that 1.25 does not have', () => {
  it(
    'is lost on the way down, and only that one',
    async () => {
      const env = { ENABLE_CLUSTER_TRUST_BUNDLE_API: true, PILOT_DEBOUNCE_MAX: '5s' };
      const configuration = {
        spec: { values: { pilot: { env } } },
        source: 'recorded',
        unknowns: [],
      } as const;
      const signal = AbortSignal.timeout(TEST_TIMEOUT_MS);
      const pilotOf = async (release: typeof FROM): Promise<readonly KubernetesObject[]> => {
        const request = { ...release, configuration, components: ['Pilot'] } as const;
        return (await installer.render(request, signal)).objects.map(({ object }) => object);
      };
      const [running, wanted] = [await pilotOf(TO), await pilotOf(FROM)];

      const request = { from: TO, to: FROM, configuration, running, wanted };
      const { features } = await readFeatures(access, installer, request, signal);

      expect(features.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual(
        expect.arrayContaining(['variable PILOT_DEBOUNCE_MAX of istiod: returns']),
      );
      const lost = features.filter(({ outcome }) => outcome === 'lost');
      expect(lost.map(({ subject, field }) => `${subject} ${field}`)).toEqual([
        'ClusterRole istiod-clusterrole-istio-system rules',
        `${TRUST_BUNDLE}.configMap`,
        `${TRUST_BUNDLE}.projected`,
      ]);
    },
    TEST_TIMEOUT_MS,
  );
});

/** What the API server says to a plain apply of an object of this kind. */
async function refusedUnforced({ objects }: CompiledRelease, kind: string): Promise<string> {
  const found = objects.find(({ object }) => object.kind === kind)?.object;
  if (found === undefined) return 'nothing of that kind';
  return access.installer.apply(found, { fieldManager: 'istio-operator', dryRun: true }).then(
    () => 'taken',
    (error: unknown) => String(error),
  );
}

describe('direct edits', () => {
  beforeAll(() => editByHand(bench.person), TEST_TIMEOUT_MS);

  it(
    'are found: what was changed, added and removed, by whom, and what becomes of it',
    async () => {
      const edits = editsIn(await compile());

      expect(linesOf(edits)).toEqual(EDITS);
      expect(edits.map(({ severity, subject }) => `${severity} ${subject}`).toSorted()).toEqual([
        'info HorizontalPodAutoscaler istio-system/istiod',
        'info PodDisruptionBudget istio-system/istiod',
        'overridable ConfigMap istio-system/istio',
        'overridable Deployment istio-system/istiod',
      ]);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'that nobody accepted are never overwritten',
    async () => {
      const compiled = await compile();

      await expect(apply(compiled, 'refused')).rejects.toMatchObject({ type: 'ForeignChange' });

      expect(forcedIn(compiled)).toEqual([]);
      expect(await environment(bench.person)).toMatchObject(EDITED);
    },
    TEST_TIMEOUT_MS,
  );

  it(
    'that were accepted are overwritten, these alone, and come back with their owners',
    async () => {
      const compiled = await compile(ACCEPTED);
      expect(forcedIn(compiled)).toEqual([
        'ConfigMap istio-system/istio',
        'Deployment istio-system/istiod',
      ]);

      await setVariable(bench.person, 'PILOT_TRACE_SAMPLING', '70');
      await expect(apply(compiled, 'late')).rejects.toMatchObject({ type: 'ForeignChange' });
      expect(await environment(bench.person)).toMatchObject({ PILOT_TRACE_SAMPLING: '70' });
      await setVariable(bench.person, 'PILOT_TRACE_SAMPLING', '50');

      await apply(compiled, 'accepted');
      expect(await environment(bench.person)).toMatchObject({
        PILOT_TRACE_SAMPLING: '1',
        CLUSTER_ID: 'Kubernetes',
        BY_HAND: '1',
      });

      const journal = await readJournal(recordOf('accepted'), STEP);
      const undone = [];
      for (const change of (journal?.changes ?? []).toReversed()) {
        undone.push((await undoChange(access, change)).kind);
      }
      expect(undone).toContain('reverted');
      expect(undone).not.toContain('foreign');
      expect(await environment(bench.person)).toMatchObject(EDITED);
      expect(await environment(bench.person)).not.toHaveProperty('CLUSTER_ID');
      expect(linesOf(editsIn(await compile()))).toEqual(EDITS);
    },
    TEST_TIMEOUT_MS,
  );
});

const VARIABLES =
  'Deployment istio-system/istiod spec.template.spec.containers[name="discovery"].env';
const EDITS: readonly string[] = [
  'ConfigMap istio-system/istio data.mesh: changed by kubectl-edit, kept',
  `${VARIABLES}[name="BY_HAND"]: added by kubectl-set, kept`,
  `${VARIABLES}[name="CLUSTER_ID"]: removed by nobody known, reset`,
  `${VARIABLES}[name="PILOT_TRACE_SAMPLING"].value: changed by kubectl-edit, reset`,
  'HorizontalPodAutoscaler istio-system/istiod spec.behavior.scaleDown.stabilizationWindowSeconds: changed by hand, kept',
  'HorizontalPodAutoscaler istio-system/istiod spec.minReplicas: changed by kubectl-edit, kept',
  'PodDisruptionBudget istio-system/istiod spec.minAvailable: changed by kubectl-edit, kept',
];
const EDITED = { PILOT_TRACE_SAMPLING: '50', BY_HAND: '1' };
const ACCEPTED: readonly Override[] = [
  'ConfigMap istio-system/istio',
  'Deployment istio-system/istiod',
].map((subject) => ({ code: 'DirectEdit', subject, reason: 'tried out' }));
const STEP = 'control-plane';

function forcedIn({ compared }: CompiledRelease): readonly string[] {
  return [...compared.base, ...compared.pilot]
    .filter(({ force }) => force === true)
    .map(({ ref }) => formatRef(ref))
    .toSorted();
}

function recordOf(name: string): RunRecord {
  return openRunRecord(access.worker, MESH, name);
}

async function apply({ release, compared }: CompiledRelease, name: string): Promise<number> {
  const objects = release.objects
    .filter(({ component }) => component === 'Pilot')
    .map(({ object }) => object);
  return applyRelease(access, recordOf(name), { id: STEP, objects: compared.pilot }, objects);
}
