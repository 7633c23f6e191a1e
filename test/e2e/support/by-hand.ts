import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { runMeshlift } from '../../cli/support/run-meshlift.ts';
import type { Bench } from './bench.ts';
import { carryOut, type TakeBack } from './carry-out.ts';
import { run } from './commands.ts';
import { eventually } from './eventually.ts';
import { list, type LiveObject } from './projection.ts';
import { OLD_REVISION, TARGET } from './runs.ts';

const OLD = '1.25.1';
/** It selects nothing: no webhook looks at its pods. */
export const BY_HAND = 'by-hand';

/** Entries of the configuration beside `demo`, which names the original manifests alone. */
export const TEMPLATED = 'templated';
export const GRACEFUL = 'graceful';
export const FORGETFUL = 'forgetful';

const CART = `/apis/apps/v1/namespaces/${BY_HAND}/deployments/cart`;

export const ORIGINAL = {
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

export function folderOf(bench: Bench, name: string): string {
  return path.join(bench.dir, name);
}

export function originalFile(bench: Bench): string {
  return path.join(folderOf(bench, 'originals'), 'cart.json');
}

export function injectConfigFile(bench: Bench): string {
  return path.join(bench.dir, 'inject-config.yaml');
}

interface ConfigFile {
  readonly clusters: Readonly<Record<string, object>>;
  readonly policies: Readonly<Record<string, { readonly restart: object }>>;
}

export function configureByHand(bench: Bench): void {
  const config = parse(readFileSync(bench.configFile, 'utf8')) as ConfigFile;
  const { demo } = config.clusters;
  const manualInjection = { manifests: folderOf(bench, 'originals'), namespace: BY_HAND };
  const policy = config.policies['demo'];
  const clusters = {
    demo: { ...demo, manualInjection },
    [TEMPLATED]: {
      ...demo,
      manualInjection: { ...manualInjection, injectConfigFile: injectConfigFile(bench) },
    },
    [FORGETFUL]: { ...demo, manualInjection: { manifests: folderOf(bench, 'nothing') } },
    [GRACEFUL]: { ...demo, policy: GRACEFUL },
  };
  const policies = {
    ...config.policies,
    [GRACEFUL]: { ...policy, restart: { ...policy?.restart, method: 'grace-period' } },
  };
  writeFileSync(bench.configFile, stringify({ ...config, clusters, policies }));
}

/** The running injector's configuration, with one annotation more. */
export async function withOwnAnnotation(bench: Bench): Promise<string> {
  const { config = '' } = await injectorData(bench, 'istio-sidecar-injector');
  const own = config.replaceAll(
    /^( *)istio\.io\/rev: .*,$/gm,
    (line, indent: string) => `${line}\n${indent}example.com/injected: "by hand",`,
  );
  if (own === config) throw new Error('expected a template with the annotation istio.io/rev');
  return own;
}

async function injectorData(bench: Bench, name: string): Promise<Readonly<Record<string, string>>> {
  const { data } = await bench.kubernetes.get<{ data: Record<string, string> }>(
    `/api/v1/namespaces/istio-system/configmaps/${name}-${OLD_REVISION}`,
  );
  return data;
}

export interface PlacedCart {
  readonly rendered: object;
  readonly takeBack: TakeBack;
}

/** Injects the original by hand with the running version's istioctl, as its owner did. */
export async function placeCart(
  bench: Bench,
  { injectConfig }: { readonly injectConfig?: string } = {},
): Promise<PlacedCart> {
  writeFileSync(originalFile(bench), JSON.stringify(ORIGINAL));
  const { config = '', values = '' } = await injectorData(bench, 'istio-sidecar-injector');
  const { mesh = '' } = await injectorData(bench, 'istio');
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
  if (code !== 0) throw new Error(`kube-inject exited with ${code}: ${stderr}`);
  const [document] = parseAllDocuments(stdout);
  const rendered = document?.toJS() as Readonly<Record<string, unknown>>;
  const takeBack = await carryOut(bench.kubernetes, [
    { kind: 'create', object: `Namespace ${BY_HAND}`, content: {} },
    { kind: 'create', object: `Deployment ${BY_HAND}/cart`, content: rendered },
  ]);
  await eventually(async () => (await proxiesOfCart(bench)).length === 2, {
    what: 'cart has its pods',
  });
  return { rendered, takeBack };
}

function inNamespace(): string {
  return JSON.stringify({ ...ORIGINAL, metadata: { name: 'cart', namespace: BY_HAND } });
}

export async function patchCart(bench: Bench, merge: object): Promise<void> {
  await bench.person.patch(CART, 'merge', merge);
}

export async function annotationsOfCart(bench: Bench): Promise<Readonly<Record<string, string>>> {
  const { spec } = await bench.kubernetes.get<{
    spec: { template: { metadata: { annotations: Record<string, string> } } };
  }>(CART);
  return spec.template.metadata.annotations;
}

interface PodSpec {
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

/** The images of the proxies of each pod that stays. */
export async function proxiesOfCart(bench: Bench): Promise<readonly (readonly string[])[]> {
  const pods = await list(bench.kubernetes, `/api/v1/namespaces/${BY_HAND}/pods`);
  return pods.filter(isCart).map((pod) => {
    const { containers } = pod['spec'] as PodSpec;
    return containers.filter(({ name }) => name === 'istio-proxy').map(({ image }) => image);
  });
}

function isCart({ metadata }: LiveObject): boolean {
  return metadata.deletionTimestamp === undefined && metadata.labels?.['app'] === 'cart';
}

/** What keeps the cart from being moved, by `meshlift plan`: code, subject and the words that matter. */
export async function findingsOf(bench: Bench, cluster: string): Promise<readonly string[]> {
  const args = ['plan', cluster, '--target', TARGET, '--output', 'json'];
  const { stdout } = await runMeshlift(args, { env: bench.env });
  const { findings, plan } = JSON.parse(stdout) as {
    readonly findings?: readonly PlanFinding[];
    readonly plan?: { readonly findings: readonly PlanFinding[] };
  };
  return (findings ?? plan?.findings ?? [])
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, subject, message }) => `${code} ${nameOf(subject)}: ${wordsOf(message)}`);
}

interface PlanFinding {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

function nameOf(subject: string): string {
  return subject.startsWith('/') ? path.basename(subject) : subject;
}

const WORDS = [
  'the original manifests cannot be read',
  'expected to be a Kubernetes object',
  `no Deployment ${BY_HAND}/cart is among the original manifests`,
  'it was rendered by an injection and is not the original',
  'spec.nodeSelector',
];

function wordsOf(message: string): string {
  return WORDS.find((words) => message.includes(words)) ?? message;
}
