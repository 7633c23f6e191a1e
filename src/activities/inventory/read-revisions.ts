import { parse } from 'yaml';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import {
  interpretInjectorPolicy,
  type InjectorPolicies,
  type InjectorPolicy,
} from '../../domain/inventory/injector-policy.ts';
import type { RevisionConfigMaps } from '../../domain/inventory/interpret-control-plane-detail.ts';
import { unknown, type Known } from '../../domain/inventory/known.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { inParallel, readKnown } from './read-known.ts';

/** ConfigMaps of the given revisions, as Istio names them. */
export async function readRevisionConfigMaps(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revisions: readonly string[],
): Promise<readonly RevisionConfigMaps[]> {
  return inParallel(revisions, async (revision) => {
    const [mesh, values] = await Promise.all(
      ['istio', 'values'].map((base) => readConfigMap(kubernetes, meshNamespace, base, revision)),
    );
    return { revision, mesh: mesh ?? NOT_READ, values: values ?? NOT_READ };
  });
}

const NOT_READ = unknown('it was not asked for');

/** What the istiods of the given revisions inject by. */
export async function readInjectorPolicies(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  revisions: readonly string[],
): Promise<InjectorPolicies> {
  const policies = await inParallel(revisions, async (revision) => {
    const found = await readConfigMap(kubernetes, meshNamespace, INJECTOR, revision);
    return [revision, policyIn(found, nameOf(INJECTOR, revision))] as const;
  });
  return Object.fromEntries(policies);
}

const INJECTOR = 'istio-sidecar-injector';

function policyIn(found: Known<KubernetesObject | undefined>, name: string): Known<InjectorPolicy> {
  if (found.kind === 'unknown') return found;
  if (found.value === undefined) return unknown(`ConfigMap ${name} does not exist`);
  const { data } = found.value as { readonly data?: Readonly<Record<string, string>> };
  const text = data?.['config'];
  if (text === undefined) return unknown(`ConfigMap ${name} has no key config`);
  try {
    return interpretInjectorPolicy(parse(text, { maxAliasCount: 100 }));
  } catch (error) {
    return unknown(`key config of ConfigMap ${name} is not YAML: ${String(error)}`);
  }
}

async function readConfigMap(
  kubernetes: KubernetesClient,
  namespace: string,
  base: string,
  revision: string,
): Promise<Known<KubernetesObject | undefined>> {
  const name = nameOf(base, revision);
  return readKnown(kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }));
}

/** `istio` of revision `1-26-1` is `istio-1-26-1`; the revision without a name has no suffix. */
function nameOf(base: string, revision: string): string {
  return revision === 'default' ? base : `${base}-${revision}`;
}
