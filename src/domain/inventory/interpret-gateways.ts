import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { COMPONENT_LABEL, REVISION_LABEL } from '../mesh/istio-labels.ts';
import type { GatewayFacts, GatewayKind, GatewayService } from './gateway-facts.ts';
import type { PodDetail } from './interpret-pod-detail.ts';
import type { ServiceFacts } from './interpret-services.ts';
import { matchesSelector } from './match-selector.ts';
import { ownerChain, type Link } from './owner-chain.ts';
import { proxyIn } from './pod-spec.ts';
import { interpretWorkloadSpec } from './workload-shape.ts';

export interface GatewaySources {
  /** Deployments and DaemonSets. */
  readonly workloads: readonly KubernetesObject[];
  readonly services: readonly ServiceFacts[];
  readonly pods: readonly PodDetail[];
  readonly links: readonly Link[];
}

/** Marks of gateways that istiod deploys for the Gateway API (istio-facts sections 7 and 11). */
const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const GATEWAY_CLASS = 'gateway.networking.k8s.io/gateway-class-name';
const MANAGED_BY = 'gateway.istio.io/managed';
const TEMPLATES = 'inject.istio.io/templates';

/** The gateways among these workloads, by place. */
export function interpretGateways(sources: GatewaySources): GatewayFacts[] {
  const workloadOf = ownerChain(sources.links);
  return sources.workloads
    .flatMap((workload): GatewayFacts[] => {
      const kind = gatewayKind(workload);
      if (kind === undefined) return [];
      const { template, replicas } = interpretWorkloadSpec(workload, new Map());
      const { name, namespace = '', uid = '', labels } = workload.metadata;
      const pod = sources.pods.find(
        ({ owner, revision }) =>
          revision !== undefined && owner !== undefined && workloadOf(owner.uid) === uid,
      );
      const revision =
        pod?.revision ?? template.metadata?.labels?.[REVISION_LABEL] ?? labels?.[REVISION_LABEL];
      const podLabels = template.metadata?.labels ?? {};
      return [
        {
          kind,
          namespace,
          name,
          uid,
          ...(revision === undefined ? {} : { revision }),
          replicas,
          services: servicesOf({ namespace, podLabels }, sources.services),
        },
      ];
    })
    .toSorted((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name));
}

function gatewayKind(workload: KubernetesObject): GatewayKind | undefined {
  if (workload.kind !== 'Deployment' && workload.kind !== 'DaemonSet') return undefined;
  const { template } = interpretWorkloadSpec(workload, new Map());
  const labels = { ...template.metadata?.labels, ...workload.metadata.labels };
  if (labels[GATEWAY_NAME] !== undefined) {
    const isWaypoint =
      labels[GATEWAY_CLASS] === 'istio-waypoint' ||
      labels[MANAGED_BY] === 'istio.io-mesh-controller';
    return isWaypoint ? 'waypoint' : 'gateway-api';
  }
  const component = labels[COMPONENT_LABEL];
  if (component === 'IngressGateways' || component === 'EgressGateways') return 'profile';
  const templates = template.metadata?.annotations?.[TEMPLATES] ?? '';
  if (templates.split(',').some((each) => each.trim() === 'gateway')) return 'injected';
  return runsRouter(workload) ? 'profile' : undefined;
}

/** A proxy of its own that is started as a router: how gateways were made before injection. */
function runsRouter(workload: KubernetesObject): boolean {
  const { spec } = interpretWorkloadSpec(workload, new Map()).template;
  const proxy = proxyIn(spec);
  if (proxy === undefined || proxy.image === 'auto') return false;
  return (spec?.containers ?? []).some(({ args = [] }) => args.includes('router'));
}

function servicesOf(
  gateway: { readonly namespace: string; readonly podLabels: Readonly<Record<string, string>> },
  services: readonly ServiceFacts[],
): GatewayService[] {
  return services
    .filter(
      ({ namespace, selector }) =>
        namespace === gateway.namespace &&
        selector !== undefined &&
        Object.keys(selector).length > 0 &&
        matchesSelector({ matchLabels: selector }, gateway.podLabels),
    )
    .map(({ name, uid, type, addresses, annotations }) => ({
      name,
      uid,
      type,
      addresses,
      annotations,
    }))
    .toSorted((a, b) => compareText(a.name, b.name));
}
