import { compareText, type KubernetesObject } from '../kubernetes-object.ts';
import { REVISION_LABEL, TAG_LABEL } from '../mesh/istio-labels.ts';
import { webhooksOf, type Webhook } from '../mesh/webhook-shapes.ts';
import type { LabelSelector } from './capacity.ts';
import type { EndpointFacts, ServiceFacts } from './interpret-services.ts';
import type { Known } from './known.ts';
import type {
  InjectorFacts,
  ValidatorFacts,
  WebhookFacts,
  WebhookService,
} from './webhook-facts.ts';

/** The names by which Istio's webhooks are known (istio-facts sections 2 and 3). */
const INJECTION_WEBHOOK = /(^|\.)sidecar-injector\.istio\.io$/;
const VALIDATION_WEBHOOK = /(^|\.)validation\.istio\.io$/;

/** What webhooks send to. */
export interface Backends {
  readonly services: Known<readonly ServiceFacts[]>;
  /** By namespace; one that is not there was not read. */
  readonly endpoints: ReadonlyMap<string, Known<readonly EndpointFacts[]>>;
}

/** The MutatingWebhookConfigurations among these that inject proxies, by name. */
export function interpretInjectors(
  configurations: readonly KubernetesObject[],
  backends: Backends,
): InjectorFacts[] {
  return configurations
    .filter((each) => webhooksOf(each).some(({ name }) => INJECTION_WEBHOOK.test(name)))
    .map((configuration) => {
      const tag = configuration.metadata.labels?.[TAG_LABEL];
      return {
        ...interpretConfiguration(configuration, backends),
        ...(tag === undefined || tag === '' ? {} : { tag }),
      };
    })
    .toSorted((a, b) => compareText(a.name, b.name));
}

/** The ValidatingWebhookConfigurations of Istio among these, by name. */
export function interpretValidators(
  configurations: readonly KubernetesObject[],
  backends: Backends,
): ValidatorFacts[] {
  return configurations
    .filter((each) => webhooksOf(each).some(({ name }) => VALIDATION_WEBHOOK.test(name)))
    .map((configuration) => interpretConfiguration(configuration, backends))
    .toSorted((a, b) => compareText(a.name, b.name));
}

function interpretConfiguration(
  configuration: KubernetesObject,
  backends: Backends,
): ValidatorFacts {
  const { metadata } = configuration;
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    revision: metadata.labels?.[REVISION_LABEL] ?? 'default',
    webhooks: webhooksOf(configuration).map((webhook) => interpretWebhook(webhook, backends)),
  };
}

interface WebhookShape extends Webhook {
  readonly failurePolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly clientConfig?: NonNullable<Webhook['clientConfig']> & { readonly url?: string };
}

function interpretWebhook(webhook: WebhookShape, backends: Backends): WebhookFacts {
  const { name, clientConfig, failurePolicy, namespaceSelector, objectSelector } = webhook;
  return {
    name,
    // The API server writes the default `Fail` out.
    failurePolicy: failurePolicy === 'Ignore' ? 'Ignore' : 'Fail',
    namespaceSelector: namespaceSelector ?? {},
    objectSelector: objectSelector ?? {},
    ...(clientConfig?.service === undefined
      ? {}
      : { service: backendOf(clientConfig.service, backends) }),
    ...(clientConfig?.url === undefined ? {} : { url: clientConfig.url }),
  };
}

function backendOf(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { services, endpoints }: Backends,
): WebhookService {
  const isIt = (each: ServiceFacts): boolean => each.namespace === namespace && each.name === name;
  const found = endpoints.get(namespace);
  return {
    namespace,
    name,
    ...(services.kind === 'known' ? { exists: services.value.some(isIt) } : {}),
    ...(found?.kind === 'known'
      ? { readyEndpoints: countReady(found.value.filter(({ service }) => service === name)) }
      : {}),
  };
}

function countReady(slices: readonly EndpointFacts[]): number {
  return new Set(slices.flatMap(({ ready }) => ready)).size;
}

/** The namespaces of the Services that Istio's webhooks send to. */
export function webhookNamespaces(configurations: readonly KubernetesObject[]): string[] {
  const namespaces = configurations
    .flatMap(webhooksOf)
    .filter(({ name }) => INJECTION_WEBHOOK.test(name) || VALIDATION_WEBHOOK.test(name))
    .flatMap(({ clientConfig }) => clientConfig?.service?.namespace ?? []);
  return [...new Set(namespaces)].toSorted();
}
