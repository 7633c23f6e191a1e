import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  claimRun,
  planRun,
  type ClaimAnswer,
  type Compile,
  type PlanRequest,
} from '../../src/activities/claim-run.ts';
import { compilePlan } from '../../src/activities/compile-plan.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';
import { claimMesh, readOwner } from '../../src/activities/record/owner-record.ts';
import { recordedObjects } from '../../src/activities/release/recorded-release.ts';
import type { MeshOwner } from '../../src/domain/mesh/observed-mesh.ts';
import type { UpgradePlan } from '../../src/domain/planning/plan.ts';
import { API_VERSION, type Override } from '../../src/domain/request/request.ts';
import type { MeshInstaller } from '../../src/installers/installer.ts';
import { Crash, createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { configMap, namespaceObject } from '../support/kubernetes-objects.ts';
import { OLD, placeControlPlane, placeInjector, placeWorkload } from '../support/placed-mesh.ts';
import { samplePolicy, version } from '../support/sample-mesh.ts';
import { accessTo, recordIn, RUN } from '../support/sample-run.ts';

const MESH = RUN.meshNamespace;
const OWNER: MeshOwner = {
  runId: 'other',
  workflowId: 'mesh/demo',
  temporalNamespace: 'elsewhere',
  since: '2026-11-21T10:00:00.000Z',
};

let cluster: FakeKubernetes;
/** Nothing runs in a fake cluster: what the rules say about that is accepted. */
let overrides: readonly Override[];
beforeEach(async () => {
  cluster = createFakeKubernetes();
  cluster.place(namespaceObject('kube-system'));
  cluster.place(namespaceObject('shop', { 'istio.io/rev': OLD }));
  placeControlPlane(cluster, OLD);
  placeInjector(cluster, OLD);
  cluster.place(istio(OLD));
  placeWorkload(cluster, 'cart');
  overrides = [];
  const answer = await planRun(compile(request('other')));
  overrides = (answer.kind === 'blocked' ? answer.findings : [])
    .filter(({ severity }) => severity === 'overridable')
    .map(({ code, subject }) => ({ code, subject, reason: 'nothing runs here' }));
});

/** Renders one ConfigMap for each revision, as the one that is running. */
const INSTALLER: MeshInstaller = {
  id: 'istioctl',
  capabilities: { strategies: ['canary'], revisionTags: 'managed-here', ownsCrds: true },
  versions: () => [version('1.25.1'), version('1.26.1')],
  binaryDigest: async (of) => `sha256:${of}`,
  recoverConfiguration: async () => ({ spec: {}, source: 'recorded', unknowns: [] }),
  render: async ({ revision }) => ({
    objects: [{ component: 'Pilot', object: istio(revision) }],
    digest: `sha256:${revision}`,
    warnings: [],
  }),
  renderTag: async () => [],
  precheck: async () => [],
  inject: async () => [],
  analyze: async () => [],
};
/** Plans as the worker does. */
function compile({ resolved, runId }: PlanRequest): Compile {
  const asked = { ...resolved, versions: KNOWN_VERSIONS, runId };
  return () => compilePlan(accessTo(cluster), INSTALLER, asked, new AbortController().signal);
}

function istio(revision: string): ReturnType<typeof configMap> {
  const labels = { 'istio.io/rev': revision, 'operator.istio.io/component': 'Pilot' };
  return configMap(`istio-${revision}`, { mesh: 'x' }, { metadata: { labels } });
}

function request(takeOver?: string): PlanRequest {
  const wanted = { apiVersion: API_VERSION, cluster: 'demo', target: '1.26.1', overrides };
  return {
    ...RUN,
    resolved: {
      request: takeOver === undefined ? wanted : { ...wanted, takeOver },
      policy: samplePolicy(),
      meshNamespace: MESH,
      taskQueue: 'q',
    },
  };
}

/** The digest of the plan that a person decides on. */
async function decided(): Promise<string> {
  const answer = await planRun(compile(request('other')));
  if (answer.kind !== 'plan') throw new Error(`expected a plan: ${JSON.stringify(answer)}`);
  return answer.outline.digest;
}

function claim(digest: string, takeOver?: string): Promise<ClaimAnswer> {
  const asked = { ...request(takeOver), digest, temporalNamespace: 'default' };
  return claimRun(accessTo(cluster), asked, compile(asked));
}

async function recorded(): Promise<UpgradePlan | undefined> {
  return (await recordIn(cluster).get('plan')) as UpgradePlan | undefined;
}

describe('the claim of a mesh', () => {
  it('takes the lock, and records the plan that was decided on and its release', async () => {
    const digest = await decided();
    expect(cluster.writes).toEqual([]);

    expect(await claim(digest)).toEqual({ kind: 'claimed' });

    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r1', workflowId: 'mesh/demo' });
    const plan = await recorded();
    expect(plan).toMatchObject({ from: { revision: OLD }, to: { revision: '1-26-1' } });
    const objects = await recordedObjects(recordIn(cluster), plan as UpgradePlan, 'Pilot');
    expect(objects).toEqual([istio('1-26-1')]);
  });

  it('takes the lock over from the dead run that the request names', async () => {
    await claimMesh(cluster, MESH, OWNER, undefined);
    const digest = await decided();

    expect(await claim(digest, 'other')).toEqual({ kind: 'claimed' });

    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r1' });
  });

  it.each([0, 1, 2])('comes to the same end after a crash at write %d', async (count) => {
    const digest = await decided();
    cluster.crashAfter(count);
    await expect(claim(digest)).rejects.toThrow(Crash);
    cluster.crashAfter(100);

    expect(await claim(digest)).toEqual({ kind: 'claimed' });

    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r1' });
    expect(await recorded()).toMatchObject({ to: { revision: '1-26-1' } });
  });

  it('that was made stays made, although its own steps have changed the mesh since', async () => {
    const digest = await decided();
    await claim(digest);
    const plan = await recorded();
    cluster.place(namespaceObject('shop', { 'istio.io/rev': '1-26-1' }));
    placeControlPlane(cluster, '1-26-1');

    expect(await claim(digest)).toEqual({ kind: 'claimed' });

    expect(await recorded()).toEqual(plan);
    expect(await readOwner(cluster, MESH)).toMatchObject({ runId: 'r1' });
  });
});

describe('a claim that comes too late', () => {
  it('touches nothing when the mesh changed since, and gives the lock back', async () => {
    const digest = await decided();
    // Made anew: another uid under the same name.
    placeWorkload(cluster, 'cart');

    expect(await claim(digest)).toEqual({ kind: 'changed' });

    expect(await readOwner(cluster, MESH)).toBeUndefined();
    expect(await recorded()).toBeUndefined();
  });

  it('says why the mesh may not be upgraded any more, and gives the lock back', async () => {
    const digest = await decided();
    placeControlPlane(cluster, '1-24-0');

    const answer = await claim(digest);

    const codes = answer.kind === 'blocked' ? answer.findings.map(({ code }) => code) : [];
    expect(codes).toContain('MixedControlPlanes');
    expect(await readOwner(cluster, MESH)).toBeUndefined();
    expect(await recorded()).toBeUndefined();
  });

  it('is refused when another run took the mesh over, although its own plan is recorded', async () => {
    const digest = await decided();
    expect(await claim(digest)).toEqual({ kind: 'claimed' });
    await claimMesh(cluster, MESH, OWNER, 'r1');

    expect(await claim(digest)).toMatchObject({ findings: [{ code: 'MeshBusy' }] });

    expect(await readOwner(cluster, MESH)).toEqual({ ...OWNER, takenOverFrom: 'r1' });
  });

  it('is refused while another run holds the mesh, and touches nothing', async () => {
    const digest = await decided();
    await claimMesh(cluster, MESH, OWNER, undefined);
    const before = [...cluster.writes];

    const answer = await claim(digest);

    expect(answer).toMatchObject({ kind: 'blocked', findings: [{ code: 'MeshBusy' }] });
    expect(cluster.writes).toEqual(before);
  });
});
