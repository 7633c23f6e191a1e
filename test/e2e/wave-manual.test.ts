import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { runMeshlift } from '../cli/support/run-meshlift.ts';
import { isOurs, isWrite } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { carryOut, type TakeBack } from './support/carry-out.ts';
import { run } from './support/commands.ts';
import { eventually } from './support/eventually.ts';
import { calmState, expectRestored, meshedPods, podsOn } from './support/mesh.ts';
import { list, project, type LiveObject, type Projection } from './support/projection.ts';
import {
  NEW_REVISION,
  OLD_REVISION,
  resultOf,
  TARGET,
  TASK_QUEUE,
  untilGate,
  untilStep,
  type Handle,
} from './support/runs.ts';

const RUN_TIMEOUT_MS = 240_000;
const OLD = '1.25.1';
/** It selects nothing: no webhook looks at its pods. */
const BY_HAND = 'by-hand';

/** Entries of the configuration beside `demo`, which names the original manifests alone. */
const TEMPLATED = 'templated';
const GRACEFUL = 'graceful';
const FORGETFUL = 'forgetful';

let bench: Bench;
let calm: Projection;
let takeBack: TakeBack[] = [];

beforeAll(async () => {
  bench = await openBench('wave-manual');
  mkdirSync(folderOf('originals'));
  mkdirSync(folderOf('nothing'));
  writeFileSync(injectConfigFile(), await withOwnAnnotation());
  configure();
  calm = await calmState(bench);
  bench.startWorker();
}, SETUP_TIMEOUT_MS);

afterEach(async () => {
  for (const each of takeBack.toReversed()) await each();
  takeBack = [];
  rmSync(originalFile(), { force: true });
  await expectRestored(bench, calm);
}, RUN_TIMEOUT_MS);

afterAll(() => bench.close(), RUN_TIMEOUT_MS);

it(
  'a workload that was injected by hand is injected again from its original, and comes back as it was',
  async () => {
    await placeCart();
    // What an autoscaler does: the manifest says 2.
    await patchCart({ spec: { replicas: 3 } });
    const before = await calmState(bench);
    expect(before[`pods of ${BY_HAND}/cart`]).toEqual({ [`${OLD_REVISION}, ready`]: 3 });
    const mark = bench.audit.mark();

    const handle = await start('demo');
    await untilGate(handle);

    const state = await project(bench.kubernetes);
    expect(state[`pods of ${BY_HAND}/cart`]).toEqual({ [`${NEW_REVISION}, ready`]: 3 });
    expect(meshedPods(state)).toEqual(podsOn(NEW_REVISION));
    // Injected once: by hand, and by no webhook after it.
    expect(await proxiesOf('cart')).toEqual(Array(3).fill([`docker.io/istio/proxyv2:${TARGET}`]));
    const writes = bench.audit
      .since(mark)
      .filter((each) => isOurs(each) && isWrite(each) && each.objectRef?.name === 'cart');
    expect(writes.map(({ verb }) => verb)).toEqual(['patch']);

    await handle.signal('rollback', { reason: 'errors in cart' });
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true, differences: [] });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'an inject config of its owner stands in for the one of the injector, on both sides',
  async () => {
    await placeCart({ injectConfig: injectConfigFile() });
    const before = await calmState(bench);

    const handle = await start(TEMPLATED);
    await untilGate(handle);

    expect((await cart()).annotations).toMatchObject({
      'example.com/injected': 'by hand',
      'istio.io/rev': NEW_REVISION,
    });
    expect(await proxiesOf('cart')).toEqual(Array(2).fill([`docker.io/istio/proxyv2:${TARGET}`]));
    await handle.signal('rollback', { reason: 'enough' });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'without its original, with a rendered one, or with an edit in the cluster it is not injected again',
  async () => {
    const rendered = await placeCart();
    expect(await findingsOf(FORGETFUL)).toEqual([
      `WorkloadCannotBeMoved Deployment ${BY_HAND}/cart: no Deployment ${BY_HAND}/cart is among the original manifests`,
    ]);

    writeFileSync(originalFile(), JSON.stringify(rendered));
    expect(await findingsOf('demo')).toEqual([
      `WorkloadCannotBeMoved Deployment ${BY_HAND}/cart: it was rendered by an injection and is not the original`,
    ]);

    writeFileSync(originalFile(), JSON.stringify(ORIGINAL));
    expect(await findingsOf('demo')).toEqual([]);
    await patchCart({ spec: { template: { spec: { priority: null, nodeSelector: { disk: 'ssd' } } } } });
    expect(await findingsOf('demo')).toEqual([
      `LiveEditWouldBeLost Deployment ${BY_HAND}/cart: spec.nodeSelector`,
    ]);
  },
  RUN_TIMEOUT_MS,
);

it(
  'an original that is changed while a run is under way is not used',
  async () => {
    await placeCart();
    const before = await calmState(bench);

    const handle = await start('demo');
    await untilStep(handle, 'control-plane', ['begun', 'done']);
    writeFileSync(originalFile(), JSON.stringify({ ...ORIGINAL, spec: { ...ORIGINAL.spec, x: 1 } }));
    const report = await resultOf(handle);

    expect(report).toMatchObject({ outcome: 'RolledBack', restored: true });
    expect(report.cause).toContain('its original manifest');
    expect(report.cause).toContain('was changed since the plan was made');
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

it(
  'by grace period workloads are restarted without an annotation, and get their own back',
  async () => {
    takeBack.push(
      await carryOut(bench.kubernetes, [
        {
          kind: 'patch',
          object: 'Deployment shop/checkout',
          merge: { spec: { template: { spec: { terminationGracePeriodSeconds: 31 } } } },
        },
        {
          kind: 'patch',
          object: 'Deployment shop/catalog',
          merge: { spec: { template: { spec: { terminationGracePeriodSeconds: 45 } } } },
        },
      ]),
    );
    const before = await calmState(bench);

    const handle = await start(GRACEFUL);
    await untilGate(handle);

    expect(meshedPods(await project(bench.kubernetes))).toEqual(podsOn(NEW_REVISION));
    expect(await graceOf('shop')).toEqual({
      catalog: 46,
      checkout: 30,
      promotions: 31,
      storefront: 31,
    });
    expect(JSON.stringify(await list(bench.kubernetes, DEPLOYMENTS))).not.toContain('meshlift.dev/restart');
    await handle.signal('rollback', { reason: 'enough' });
    expect(await resultOf(handle)).toMatchObject({ outcome: 'RolledBack', restored: true });
    await expectRestored(bench, before);
  },
  RUN_TIMEOUT_MS,
);

const DEPLOYMENTS = '/apis/apps/v1/deployments';
const CART = `/apis/apps/v1/namespaces/${BY_HAND}/deployments/cart`;

const ORIGINAL = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'cart' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'cart' } },
    template: {
      metadata: { labels: { app: 'cart' }, annotations: { team: 'a' } },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'registry.example.com/cart:1',
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
          },
        ],
      },
    },
  },
};

function folderOf(name: string): string {
  return path.join(bench.dir, name);
}

function originalFile(): string {
  return path.join(folderOf('originals'), 'cart.json');
}

function injectConfigFile(): string {
  return path.join(bench.dir, 'inject-config.yaml');
}

interface ConfigFile {
  readonly clusters: Readonly<Record<string, object>>;
  readonly policies: Readonly<Record<string, { readonly restart: object }>>;
}

function configure(): void {
  const config = parse(readFileSync(bench.configFile, 'utf8')) as ConfigFile;
  const { demo } = config.clusters;
  const manualInjection = { manifests: folderOf('originals'), namespace: BY_HAND };
  const policy = config.policies['demo'];
  const clusters = {
    demo: { ...demo, manualInjection },
    [TEMPLATED]: {
      ...demo,
      manualInjection: { ...manualInjection, injectConfigFile: injectConfigFile() },
    },
    [FORGETFUL]: { ...demo, manualInjection: { manifests: folderOf('nothing') } },
    [GRACEFUL]: { ...demo, policy: GRACEFUL },
  };
  const policies = {
    ...config.policies,
    [GRACEFUL]: { ...policy, restart: { ...policy?.restart, method: 'grace-period' } },
  };
  writeFileSync(bench.configFile, stringify({ ...config, clusters, policies }));
}

/** The running injector's configuration, with one annotation more. */
async function withOwnAnnotation(): Promise<string> {
  const { config = '' } = await injectorData('istio-sidecar-injector');
  const own = config.replaceAll(
    /^( *)istio\.io\/rev: .*,$/gm,
    (line, indent: string) => `${line}\n${indent}example.com/injected: "by hand",`,
  );
  if (own === config) throw new Error('expected a template with the annotation istio.io/rev');
  return own;
}

async function injectorData(name: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await bench.kubernetes.get<{ data: Record<string, string> }>(
    `/api/v1/namespaces/istio-system/configmaps/${name}-${OLD_REVISION}`,
  );
  return data;
}

/** Injects the original by hand with the running version's istioctl, as its owner did. */
async function placeCart({ injectConfig }: { readonly injectConfig?: string } = {}): Promise<object> {
  writeFileSync(originalFile(), JSON.stringify(ORIGINAL));
  const { config = '', values = '' } = await injectorData('istio-sidecar-injector');
  const { mesh = '' } = await injectorData('istio');
  const files = { config, values, mesh, manifest: inNamespace() };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(bench.dir, `by-hand-${name}`), text);
  }
  const fileOf = (name: keyof typeof files): string => path.join(bench.dir, `by-hand-${name}`);
  const { code, stdout, stderr } = await run(bench, `istioctl-${OLD}`, [
    'kube-inject',
    ...['--filename', fileOf('manifest'), '--revision', OLD_REVISION],
    ...['--injectConfigFile', injectConfig ?? fileOf('config')],
    ...['--meshConfigFile', fileOf('mesh'), '--valuesFile', fileOf('values')],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [document] = parseAllDocuments(stdout);
  const rendered = document?.toJS() as Readonly<Record<string, unknown>>;
  takeBack.push(
    await carryOut(bench.kubernetes, [
      { kind: 'create', object: `Namespace ${BY_HAND}`, content: {} },
      { kind: 'create', object: `Deployment ${BY_HAND}/cart`, content: rendered },
    ]),
  );
  await eventually(async () => (await proxiesOf('cart')).length === 2, { what: 'cart has its pods' });
  return rendered;
}

function inNamespace(): string {
  return JSON.stringify({ ...ORIGINAL, metadata: { name: 'cart', namespace: BY_HAND } });
}

async function patchCart(merge: object): Promise<void> {
  await bench.person.patch(CART, 'merge', merge);
}

async function cart(): Promise<{ readonly annotations: Readonly<Record<string, string>> }> {
  const { spec } = await bench.kubernetes.get<{
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  }>(CART);
  return spec.template.metadata;
}

interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

/** The images of the proxies of each pod that stays. */
async function proxiesOf(app: string): Promise<readonly (readonly string[])[]> {
  const pods = await list(bench.kubernetes, `/api/v1/namespaces/${BY_HAND}/pods`);
  return pods.filter((pod) => isStaying(pod, app)).map((pod) => {
    const { containers } = pod['spec'] as PodSpec;
    return containers.filter(({ name }) => name === 'istio-proxy').map(({ image }) => image);
  });
}

function isStaying({ metadata }: LiveObject, app: string): boolean {
  return metadata.deletionTimestamp === undefined && metadata.labels?.['app'] === app;
}

async function graceOf(namespace: string): Promise<Readonly<Record<string, number>>> {
  const found = await list(bench.kubernetes, `/apis/apps/v1/namespaces/${namespace}/deployments`);
  return Object.fromEntries(
    found.map(({ metadata, ...object }) => {
      const { template } = object['spec'] as {
        template: { spec: { terminationGracePeriodSeconds: number } };
      };
      return [metadata.name, template.spec.terminationGracePeriodSeconds];
    }),
  );
}

async function start(cluster: string): Promise<Handle> {
  return bench.temporal.workflow.start('upgradeMesh', {
    workflowId: `mesh/${cluster}`,
    taskQueue: TASK_QUEUE,
    args: [{ cluster, target: TARGET }],
  });
}

/** What keeps the cart from being moved, by `meshlift plan`: code, subject and the words that matter. */
async function findingsOf(cluster: string): Promise<readonly string[]> {
  const args = ['plan', cluster, '--target', TARGET, '--output', 'json'];
  const { stdout } = await runMeshlift(args, { env: bench.env });
  const { findings, plan } = JSON.parse(stdout) as {
    readonly findings?: readonly PlanFinding[];
    readonly plan?: { readonly findings: readonly PlanFinding[] };
  };
  return (findings ?? plan?.findings ?? [])
    .filter(({ subject }) => subject.startsWith(`Deployment ${BY_HAND}/cart`))
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, subject, message }) => `${code} ${subject}: ${wordsOf(message)}`);
}

interface PlanFinding {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

const WORDS = [
  `no Deployment ${BY_HAND}/cart is among the original manifests`,
  'it was rendered by an injection and is not the original',
  'spec.nodeSelector',
];

function wordsOf(message: string): string {
  return WORDS.find((words) => message.includes(words)) ?? message;
}
