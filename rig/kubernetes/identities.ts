import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import {
  createCertificateAuthority,
  createServiceAccountKey,
  type CertificateAuthority,
  type SignedKey,
  type Subject,
} from '../certificates.ts';
import type { Kubeconfigs } from './types.ts';

/** The first address of the Service range, which is the API server's own. */
export const API_SERVICE_ADDRESS = '10.96.0.1';

const ADMINISTRATORS = 'system:masters';

/** Who people and programs are to the API server; the names stand in the audit log. */
const PUBLIC_IDENTITIES: Readonly<Record<keyof Kubeconfigs, Subject>> = {
  rig: { commonName: 'rig-admin', organization: ADMINISTRATORS },
  worker: { commonName: 'meshlift-worker', organization: 'meshlift:worker' },
  installer: { commonName: 'meshlift-installer', organization: 'meshlift:installer' },
  person: { commonName: 'person', organization: ADMINISTRATORS },
  script: { commonName: 'script', organization: ADMINISTRATORS },
};

/** Scripts that are measured beside the product, each with a certificate of its own. */
export const SCRIPT_IDENTITIES = ['script-b1', 'script-b2', 'script-b3'] as const;
export type ScriptIdentity = (typeof SCRIPT_IDENTITIES)[number];

// Names of their own, so that the audit log tells them apart; their usual narrow roles assume
// a service account per controller, which this control plane does without.
export type Component = 'kube-controller-manager' | 'kube-scheduler' | 'kwok';

export interface Credentials {
  readonly caFile: string;
  readonly servingCertFile: string;
  readonly servingKeyFile: string;
  readonly serviceAccountKeyFile: string;
  readonly kubeconfigs: Kubeconfigs;
  readonly componentKubeconfigs: Readonly<Record<Component, string>>;
}

/** Where the kubeconfig of a script is, in the state folder of a rig. */
export function scriptKubeconfig(stateDir: string, name: ScriptIdentity): string {
  return path.join(stateDir, 'kubeconfigs', `${name}.yaml`);
}

/** Writes the certificates and kubeconfigs of a new rig under its state folder. */
export async function writeCredentials(dir: string, apiServer: string): Promise<Credentials> {
  const pki = path.join(dir, 'pki');
  const configs = path.join(dir, 'kubeconfigs');
  await Promise.all([pki, configs].map((each) => mkdir(each, { recursive: true, mode: 0o700 })));
  const [authority, serviceAccountKey] = await Promise.all([
    createCertificateAuthority('meshlift-rig'),
    createServiceAccountKey(),
  ]);
  const serving = await authority.issue({ commonName: 'kube-apiserver' }, servingNames());

  const keep = (name: string, content: string) => writePrivate(path.join(pki, name), content);
  const kubeconfigFor = async (file: string, subject: Subject) =>
    writePrivate(
      path.join(configs, `${file}.yaml`),
      await clientConfig({ authority, subject, apiServer }),
    );
  for (const name of SCRIPT_IDENTITIES) {
    await kubeconfigFor(name, { commonName: name, organization: ADMINISTRATORS });
  }
  const component = async (name: Component) =>
    kubeconfigFor(name, { commonName: `system:${name}`, organization: ADMINISTRATORS });

  return {
    caFile: await keep('ca.pem', authority.certificatePem),
    servingCertFile: await keep('serving.pem', serving.certificatePem),
    servingKeyFile: await keep('serving-key.pem', serving.keyPem),
    serviceAccountKeyFile: await keep('service-accounts.pem', serviceAccountKey),
    kubeconfigs: {
      rig: await kubeconfigFor('rig', PUBLIC_IDENTITIES.rig),
      worker: await kubeconfigFor('worker', PUBLIC_IDENTITIES.worker),
      installer: await kubeconfigFor('installer', PUBLIC_IDENTITIES.installer),
      person: await kubeconfigFor('person', PUBLIC_IDENTITIES.person),
      script: await kubeconfigFor('script', PUBLIC_IDENTITIES.script),
    },
    componentKubeconfigs: {
      'kube-controller-manager': await component('kube-controller-manager'),
      'kube-scheduler': await component('kube-scheduler'),
      kwok: await component('kwok'),
    },
  };
}

/** A kubeconfig that needs no other file. */
export function buildKubeconfig(options: {
  readonly apiServer: string;
  readonly caPem: string;
  readonly name: string;
  readonly user: Readonly<Record<string, string>>;
}): string {
  const { apiServer, caPem, name, user } = options;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'rig', cluster: { server: apiServer, 'certificate-authority-data': base64(caPem) } },
    ],
    users: [{ name, user }],
    contexts: [{ name: 'rig', context: { cluster: 'rig', user: name } }],
    'current-context': 'rig',
  });
}

async function clientConfig(options: {
  readonly authority: CertificateAuthority;
  readonly subject: Subject;
  readonly apiServer: string;
}): Promise<string> {
  const { authority, subject, apiServer } = options;
  const issued: SignedKey = await authority.issue(subject);
  return buildKubeconfig({
    apiServer,
    caPem: authority.certificatePem,
    name: subject.commonName,
    user: {
      'client-certificate-data': base64(issued.certificatePem),
      'client-key-data': base64(issued.keyPem),
    },
  });
}

function servingNames(): string[] {
  const service = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  return [
    'localhost',
    ...service,
    'kubernetes.default.svc.cluster.local',
    '127.0.0.1',
    API_SERVICE_ADDRESS,
  ];
}

async function writePrivate(file: string, content: string): Promise<string> {
  await writeFile(file, content, { mode: 0o600 });
  return file;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
