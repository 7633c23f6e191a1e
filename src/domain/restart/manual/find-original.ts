import { proxyIn } from '../../inventory/pod-spec.ts';
import type { KubernetesObject } from '../../kubernetes-object.ts';
import { STATUS_ANNOTATION } from '../../mesh/istio-labels.ts';
import type { WorkloadRef } from '../../mesh/observed-mesh.ts';
import { readTemplate } from './pod-template.ts';

/** An object of the manifests that people gave, and the file that it stands in. */
export interface Original {
  readonly file: string;
  readonly object: KubernetesObject;
}

export interface Originals {
  readonly objects: readonly Original[];
  /** The namespace of objects that name none; absent: such objects are not used. */
  readonly namespace?: string;
}

/** The manifest from which a workload was injected by hand, or why there is none to use. */
export type FoundOriginal =
  | { readonly kind: 'found'; readonly file: string; readonly manifest: KubernetesObject }
  | { readonly kind: 'none'; readonly because: string };

type Wanted = Pick<WorkloadRef, 'kind' | 'namespace' | 'name'>;

/** Kinds that `istioctl kube-inject` injects and of which a new template replaces the pods. */
const INJECTED_KINDS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** By kind, namespace and name; exactly one must be there, and it must be without a proxy. */
export function findOriginal(originals: Originals, wanted: Wanted): FoundOriginal {
  const { kind, namespace, name } = wanted;
  if (!INJECTED_KINDS.includes(kind)) {
    return none(`a ${kind} gets no new pods from a manifest that is injected again`);
  }
  const named = originals.objects.filter(
    ({ object }) =>
      object.kind === kind && object.apiVersion === 'apps/v1' && object.metadata.name === name,
  );
  const here = named.filter(
    ({ object }) => (object.metadata.namespace ?? originals.namespace) === namespace,
  );
  const [only, ...others] = here;
  if (only === undefined) return none(whyNotHere(wanted, named));
  if (others.length > 0) {
    const files = here.map(({ file }) => file).join(', ');
    return none(`expected one original manifest of it, found ${here.length} in ${files}`);
  }
  const unusable = whyUnusable(only.object);
  if (unusable !== undefined) return none(`${only.file}: ${unusable}`);
  const metadata = { ...only.object.metadata, namespace };
  return { kind: 'found', file: only.file, manifest: { ...only.object, metadata } };
}

function whyNotHere({ kind, namespace, name }: Wanted, named: readonly Original[]): string {
  const homeless = named.find(({ object }) => object.metadata.namespace === undefined);
  return homeless === undefined
    ? `no ${kind} ${namespace}/${name} is among the original manifests`
    : `${homeless.file} has a ${kind} ${name} without a namespace, and manualInjection.namespace does not say that it is ${namespace}`;
}

/** `auto` is how a manifest says how the proxy is to be; anything else was put there by an injection. */
function whyUnusable(object: KubernetesObject): string | undefined {
  const template = readTemplate(object);
  if (template === undefined) return 'it has no pod template with containers';
  const proxy = proxyIn(template.spec);
  if (proxy !== undefined && proxy.image !== 'auto') {
    return `it has a proxy in it (${proxy.image ?? 'no image'}): ${RENDERED}`;
  }
  const isMarked = template.metadata?.annotations?.[STATUS_ANNOTATION] !== undefined;
  return isMarked ? `it has the annotation ${STATUS_ANNOTATION}: ${RENDERED}` : undefined;
}

const RENDERED = 'it was rendered by an injection and is not the original';

function none(because: string): FoundOriginal {
  return { kind: 'none', because };
}
