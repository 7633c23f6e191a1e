import { describe, expect, it } from '@jest/globals';
import { runMeshlift, type Ran } from '../../../cli/support/run-meshlift.ts';
import type { Bench } from '../../../e2e/support/bench.ts';
import { storedIn, virtualService, withStoredCopy, type Crd } from '../../../e2e/support/crds.ts';
import { eventually } from '../../../e2e/support/eventually.ts';
import { printFigure } from '../../../support/print-figure.ts';
import { blockingIn, planDown, stoppingIn } from './plan-down.ts';

const TEST_TIMEOUT_MS = 300_000;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const PROXY_CONFIGS = 'proxyconfigs.networking.istio.io';
const WORKLOAD_GROUPS = 'workloadgroups.networking.istio.io';
const NETWORKING = '/apis/networking.istio.io';

interface Refusing {
  readonly bench: Bench;
  readonly lower: string;
}

/** The tests of what a lower version could not live with; each leaves the mesh as it was. */
export function describeRefusals({
  bench,
  lower,
}: {
  readonly bench: () => Bench;
  readonly lower: string;
}): void {
  const mesh = (): Refusing => ({ bench: bench(), lower });
  describe('a downgrade that the target could not live with', () => {
    it(
      'is refused where a field that the target does not know is used, and names the objects',
      () => refuseField(mesh()),
      TEST_TIMEOUT_MS,
    );

    it(
      'is refused where objects are stored in a version that the target does not have, and names them',
      () => refuseStored(mesh()),
      TEST_TIMEOUT_MS,
    );

    it(
      'is refused where a CRD does not serve a version that the target reads',
      () => refuseUnserved(mesh()),
      TEST_TIMEOUT_MS,
    );

    it(
      'is another workflow than an upgrade, and each names the other',
      () => nameTheOther(mesh()),
      TEST_TIMEOUT_MS,
    );
  });
}

async function refuseField({ bench, lower }: Refusing): Promise<void> {
  expect(stoppingIn(await planDown(bench, lower))).toEqual([]);
  const route = virtualService('retrying', { attempts: 2, perTryTimeout: '1s', backoff: '2s' });
  await bench.person.post(`${NETWORKING}/v1/namespaces/shop/virtualservices`, route);
  await bench.person.post(
    `${NETWORKING}/v1/namespaces/shop/virtualservices`,
    virtualService('plain', { attempts: 2 }),
  );

  const refused = await planDown(bench, lower);

  expect(refused.code).toBe(3);
  expect(blockingIn(refused)).toMatchObject([
    { code: 'FeatureMissing', subject: 'VirtualService spec.http[].retries.backoff' },
  ]);
  expect(blockingIn(refused)[0]?.message).toContain('used by 1 object: shop/retrying');
  printFigure('downgrade refused for a field that is used', blockingIn(refused)[0]?.code ?? '');
  for (const name of ['retrying', 'plain']) {
    await bench.person.delete(`${NETWORKING}/v1/namespaces/shop/virtualservices/${name}`);
  }
  expect(stoppingIn(await planDown(bench, lower))).toEqual([]);
}

async function refuseStored({ bench, lower }: Refusing): Promise<void> {
  const before = await bench.kubernetes.get<Crd>(`${CRDS}/${PROXY_CONFIGS}`);
  const path = `${NETWORKING}/v2/namespaces/shop/proxyconfigs`;
  await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
    spec: { versions: withStoredCopy(before.spec.versions, 'v2') },
  });
  await eventually(() => bench.kubernetes.find(path), { what: 'v2 is served' });
  await bench.person.post(path, {
    apiVersion: 'networking.istio.io/v2',
    kind: 'ProxyConfig',
    metadata: { name: 'threads', namespace: 'shop' },
    spec: { concurrency: 2 },
  });
  expect(await storedVersions(bench)).toEqual(['v1beta1', 'v2']);

  const refused = await planDown(bench, lower);

  expect(refused.code).toBe(3);
  expect(blockingIn(refused)).toMatchObject([
    { code: 'StoredVersionMissing', subject: `CustomResourceDefinition ${PROXY_CONFIGS}` },
  ]);
  expect(blockingIn(refused)[0]?.message).toContain('written in v2: shop/threads');
  printFigure('downgrade refused for storedVersions', blockingIn(refused)[0]?.code ?? '');
  await bench.person.delete(`${path}/threads`);
  await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
    spec: { versions: storedIn(before.spec.versions, 'v2') },
  });
  await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}/status`, 'merge', {
    status: { storedVersions: ['v1beta1'] },
  });
  await bench.person.patch(`${CRDS}/${PROXY_CONFIGS}`, 'merge', {
    spec: { versions: before.spec.versions },
  });
  expect(stoppingIn(await planDown(bench, lower))).toEqual([]);
}

async function refuseUnserved({ bench, lower }: Refusing): Promise<void> {
  const path = `${CRDS}/${WORKLOAD_GROUPS}`;
  const before = await bench.kubernetes.get<Crd>(path);
  const unserved = before.spec.versions.map((version) =>
    version.name === 'v1' ? { ...version, served: false } : version,
  );
  await bench.person.patch(path, 'merge', { spec: { versions: unserved } });

  const refused = await planDown(bench, lower);

  expect(refused.code).toBe(3);
  expect(blockingIn(refused)).toMatchObject([
    { code: 'CrdVersionMissing', subject: `CustomResourceDefinition ${WORKLOAD_GROUPS}` },
  ]);
  printFigure('downgrade refused for a version not served', blockingIn(refused)[0]?.code ?? '');
  await bench.person.patch(path, 'merge', { spec: { versions: before.spec.versions } });
  expect(stoppingIn(await planDown(bench, lower))).toEqual([]);
}

async function nameTheOther({ bench, lower }: Refusing): Promise<void> {
  const up = ['plan', 'demo', '--target', lower, '--output', 'json'];
  const down = ['plan', 'demo', '--target', '1.26.2', '--type', 'downgradeMesh'];

  const [refusedUp, refusedDown] = [
    await runMeshlift(up, { env: bench.env }),
    await runMeshlift([...down, '--output', 'json'], { env: bench.env }),
  ];

  expect(codesOf(refusedUp)).toContain('DowngradeRequested');
  expect(refusedUp.stdout).toContain('--type downgradeMesh');
  expect(codesOf(refusedDown)).toContain('UpgradeRequested');
  expect(refusedDown.stdout).toContain('workflow upgradeMesh');
}

async function storedVersions(bench: Bench): Promise<readonly string[]> {
  const crd = await bench.kubernetes.get<Crd>(`${CRDS}/${PROXY_CONFIGS}`);
  return crd.status.storedVersions;
}

function codesOf(planned: Ran): readonly string[] {
  return blockingIn(planned).map(({ code }) => code);
}
