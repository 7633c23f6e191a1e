import type { Finding } from '../../finding.ts';
import type { GatewayService } from '../../inventory/gateway-facts.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { LOAD_BALANCER_PROVIDERS, type LoadBalancerProvider } from '../load-balancer-protection.ts';
import { informOnce } from '../name-objects.ts';

/** The address of a gateway is lost with its load balancer, and nobody gets it back. */
export const loadBalancersRule: Rule = {
  documents: [
    {
      code: 'LoadBalancerUnprotected',
      severity:
        'overridable where the provider is known and its protection is off, info where it stands at a default that is on or the provider is not known',
      meaning:
        'the load balancer Service of a gateway has no annotation that protects it from being deleted; a mistake would cost its address.',
      remedy: 'set the annotation of your provider, which the finding names.',
    },
  ],
  check: checkLoadBalancers,
};

interface Exposed extends GatewayService {
  readonly namespace: string;
}

function checkLoadBalancers({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const services = inventory.gateways.flatMap(({ namespace, services: each }): Exposed[] =>
    each.filter(({ type }) => type === 'LoadBalancer').map((one) => ({ ...one, namespace })),
  );
  const judged = services.map((service) => {
    const provider = providerOf(service, mesh.kubernetesVersion);
    return { service, provider, state: provider && stateOf(service, provider) };
  });
  const unprotected = judged.flatMap(({ service, provider, state }) =>
    provider !== undefined && state === 'off' ? [findingOf(service, provider)] : [],
  );
  return [
    ...unprotected,
    ...LOAD_BALANCER_PROVIDERS.flatMap(({ name, example }) =>
      informOnce({
        code: 'LoadBalancerUnprotected',
        subjects: namesOf(
          judged,
          (each) => each.provider?.name === name && each.state === 'default',
        ),
        noun: `Services of ${name}`,
        message: `expected delete protection to be stated, found no annotation: ${name} turns it on by default, for load balancers made since it does`,
        remedy: `kubectl annotate service ${example}`,
      }),
    ),
    ...informOnce({
      code: 'LoadBalancerUnprotected',
      subjects: namesOf(judged, ({ provider }) => provider === undefined),
      noun: 'Services',
      message:
        'expected the delete protection of the load balancer to be known, found a provider that meshlift does not know',
      remedy: "look it up with the provider's own tools",
    }),
  ];
}

interface Judged {
  readonly service: Exposed;
  readonly provider: LoadBalancerProvider | undefined;
  readonly state: 'on' | 'off' | 'default' | undefined;
}

function namesOf(judged: readonly Judged[], wanted: (each: Judged) => boolean): readonly string[] {
  const names = judged.filter(wanted).map(({ service }) => nameOf(service));
  return [...new Set(names)];
}

function nameOf({ namespace, name }: Exposed): string {
  return `Service ${namespace}/${name}`;
}

/** Its annotations tell more than its cluster: a cluster may have more than one controller. */
function providerOf(
  { annotations }: Exposed,
  kubernetesVersion: string,
): LoadBalancerProvider | undefined {
  const keys = Object.keys(annotations);
  return (
    LOAD_BALANCER_PROVIDERS.find(({ prefixes }) =>
      keys.some((key) => prefixes.some((prefix) => key.startsWith(prefix))),
    ) ?? LOAD_BALANCER_PROVIDERS.find((each) => each.kubernetesVersion.test(kubernetesVersion))
  );
}

function stateOf(service: Exposed, provider: LoadBalancerProvider): 'on' | 'off' | 'default' {
  const key = provider.annotations.find((each) => Object.hasOwn(service.annotations, each));
  if (key === undefined) return provider.byDefault === 'on' ? 'default' : 'off';
  return provider.on.test(service.annotations[key] ?? '') ? 'on' : 'off';
}

function findingOf(service: Exposed, { name, example, source }: LoadBalancerProvider): Finding {
  const { namespace, name: serviceName, addresses } = service;
  return {
    code: 'LoadBalancerUnprotected',
    severity: 'overridable',
    subject: nameOf(service),
    message: `expected delete protection of the load balancer ${addresses.join(', ') || 'without an address'} (${name}), found none (${source})`,
    remedy: `kubectl -n ${namespace} annotate service ${serviceName} --overwrite ${example}`,
  };
}
