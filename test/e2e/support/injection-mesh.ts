import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { Bench } from './bench.ts';
import type { LiveObject } from './projection.ts';

const run = promisify(execFile);
export const MESH_NAMESPACE = 'istio-system';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
const INSTALL_TIMEOUT_MS = 180_000;

/** What the mesh of a test is made with. */
export type Workshop = Pick<Bench, 'kubernetes' | 'endpoints' | 'dir'>;

const NEW_REVISION = '1-26-1';
/** Injects only what asks, or what its alwaysInjectSelector selects. */
const QUIET_REVISION = 'quiet';

/** Beside the rig's own revision: two more of 1.26.1, a tag, and webhooks that nobody should have. */
export async function makeInjectionMesh(workshop: Workshop): Promise<void> {
  await install(workshop, NEW_REVISION, {
    sidecarInjectorWebhook: {
      neverInjectSelector: [{ matchLabels: { 'agreement.test/never': 'yes' } }, {}],
    },
  });
  await install(workshop, QUIET_REVISION, {
    global: { proxy: { autoInject: 'disabled' } },
    sidecarInjectorWebhook: {
      alwaysInjectSelector: [{ matchLabels: { 'agreement.test/always': 'yes' } }],
    },
  });
  await istioctl(workshop, ['tag', 'set', 'canary', '--revision', NEW_REVISION, '--overwrite']);
  await workshop.kubernetes.apply(EMPTY_SERVICE);
  const template = await workshop.kubernetes.get<LiveObject>(
    `${WEBHOOKS}/istio-sidecar-injector-${NEW_REVISION}`,
  );
  for (const decoy of DECOYS) await workshop.kubernetes.apply(decoyFrom(template, decoy));
}

/** Takes back what `makeInjectionMesh` made, as far as it came. */
export async function removeInjectionMesh(workshop: Workshop): Promise<void> {
  const { kubernetes } = workshop;
  const inMesh = `namespaces/${MESH_NAMESPACE}`;
  for (const { name } of DECOYS) await kubernetes.delete(`${WEBHOOKS}/${name}`);
  await kubernetes.delete(`${WEBHOOKS}/istio-revision-tag-canary`);
  await kubernetes.delete(`/api/v1/${inMesh}/services/${EMPTY_SERVICE.metadata.name}`);
  for (const revision of [NEW_REVISION, QUIET_REVISION]) {
    const istiod = await kubernetes.find(`/apis/apps/v1/${inMesh}/deployments/istiod-${revision}`);
    if (istiod !== undefined) await istioctl(workshop, ['uninstall', '-y', '--revision', revision]);
  }
}

async function install(workshop: Workshop, revision: string, values: object): Promise<void> {
  const file = path.join(workshop.dir, `${revision}.yaml`);
  const pilot = { autoscaleEnabled: false, replicaCount: 1 };
  const operator = {
    apiVersion: 'install.istio.io/v1alpha1',
    kind: 'IstioOperator',
    spec: { profile: 'minimal', revision, values: { pilot, ...values } },
  };
  // JSON is YAML to istioctl, and leaves no doubt whether `yes` is a text.
  await writeFile(file, JSON.stringify(operator));
  await istioctl(workshop, ['install', '-y', '--filename', file]);
}

async function istioctl({ endpoints }: Workshop, args: readonly string[]): Promise<void> {
  const binary = path.join(endpoints.binDir, 'istioctl-1.26.1');
  await run(binary, [...args, '--kubeconfig', endpoints.kubeconfigs.rig], {
    timeout: INSTALL_TIMEOUT_MS,
  });
}

/** A Service that exists and has nobody behind it. */
const EMPTY_SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'istiod-empty', namespace: MESH_NAMESPACE },
  spec: { selector: { app: 'nobody' }, ports: [{ port: 443, targetPort: 15017 }] },
};

interface Decoy {
  readonly name: string;
  /** The value of label `istio.io/rev` that it selects. */
  readonly selects: string;
  readonly labelled: string;
  readonly service: string;
  readonly failurePolicy?: 'Fail' | 'Ignore';
}

const DECOYS: readonly Decoy[] = [
  { name: 'odd-gone', selects: 'odd-gone', labelled: '1-24-0', service: 'istiod-1-24-0' },
  { name: 'odd-empty', selects: 'odd-empty', labelled: 'empty', service: 'istiod-empty' },
  {
    name: 'odd-lenient',
    selects: 'odd-lenient',
    labelled: '1-24-0',
    service: 'istiod-1-24-0',
    failurePolicy: 'Ignore',
  },
  // Both select the same: the one that is called last leaves its proxy.
  { name: 'odd-a', selects: 'odd-twice', labelled: '1-25-1', service: 'istiod-1-25-1' },
  { name: 'odd-b', selects: 'odd-twice', labelled: '1-26-1', service: 'istiod-1-26-1' },
  // Its label and its Service do not say the same.
  { name: 'odd-label', selects: 'odd-label', labelled: '1-25-1', service: 'istiod-1-26-1' },
];

/** A tag as `tag set` makes it, but for what makes it odd. */
function decoyFrom(template: LiveObject, decoy: Decoy): Parameters<ApiClient['apply']>[0] {
  const { name, selects, labelled, service, failurePolicy = 'Fail' } = decoy;
  const text = JSON.stringify(template['webhooks'])
    .replaceAll(`"istiod-${NEW_REVISION}"`, JSON.stringify(service))
    .replaceAll(`"${NEW_REVISION}"`, JSON.stringify(selects));
  const webhooks = JSON.parse(text) as readonly object[];
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name,
      labels: { app: 'sidecar-injector', 'istio.io/rev': labelled, 'istio.io/tag': selects },
    },
    webhooks: webhooks.map((webhook) => ({ ...webhook, failurePolicy })),
  };
}
