import { answeringRevision, lookBehind } from './answering-revision.ts';
import type { InjectorPolicies } from './injector-policy.ts';
import { decideInjection } from './decide-injection.ts';
import { matchesSelector } from './match-selector.ts';
import type { InjectorFacts, WebhookFacts } from './webhook-facts.ts';
import type { InjectionPrediction } from './workload-detail.ts';

/** A pod that would be created. */
export interface InjectionSubject {
  readonly namespace: string;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
}

/** Who could inject, and by which rules. */
export interface InjectingMesh {
  readonly injectors: readonly InjectorFacts[];
  readonly policies: InjectorPolicies;
}

/** Set by the API server on every namespace, whatever its owner writes. */
const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name';

interface Match {
  readonly id: string;
  readonly revision: string;
  readonly webhook: WebhookFacts;
}

/**
 * Who would inject a pod if it were created now: first the API server by the selectors of the live
 * webhooks, then istiod by its own rules (`decideInjection`). A webhook is named as
 * `configuration/webhook`.
 */
export function predictInjection(
  subject: InjectionSubject,
  mesh: InjectingMesh,
): InjectionPrediction {
  const matches = matchingWebhooks(subject, mesh.injectors);
  if (matches.length === 0) {
    return { kind: 'none', why: 'no injection webhook selects it' };
  }
  for (const { id, webhook } of matches) {
    const backend = lookBehind(webhook);
    if (backend.kind === 'nobody' && webhook.failurePolicy === 'Fail') {
      return { kind: 'refused', webhook: id, why: backend.why };
    }
  }
  return combine(matches, subject, mesh.policies);
}

function combine(
  matches: readonly Match[],
  subject: InjectionSubject,
  policies: InjectorPolicies,
): InjectionPrediction {
  const injecting: Match[] = [];
  let firstReason: string | undefined;
  for (const match of matches) {
    const decision = answerOf(match, subject, policies);
    switch (decision.kind) {
      case 'inject':
        injecting.push(match);
        break;
      case 'leave':
        firstReason ??= decision.why;
        break;
      case 'refuse':
        return { kind: 'refused', webhook: match.id, why: decision.why };
      case 'unknown':
        return { kind: 'unknown', why: decision.why };
    }
  }
  const [first, ...others] = injecting;
  if (first === undefined) return { kind: 'none', why: firstReason ?? 'nobody injects it' };
  if (others.length > 0) return { kind: 'ambiguous', webhooks: injecting.map(({ id }) => id) };
  return { kind: 'injected', revision: first.revision, webhook: first.id };
}

function answerOf(
  { revision, webhook }: Match,
  subject: InjectionSubject,
  policies: InjectorPolicies,
): ReturnType<typeof decideInjection> {
  const backend = lookBehind(webhook);
  if (backend.kind === 'unknown') return backend;
  // Only with `failurePolicy: Ignore` does it come to this: the pod starts without a proxy.
  if (backend.kind === 'nobody') {
    return { kind: 'leave', why: `${backend.why}, and its failure is ignored` };
  }
  const policy = Object.hasOwn(policies, revision) ? policies[revision] : undefined;
  return decideInjection(subject, { revision, ...(policy && { policy }) });
}

/** In the order in which the API server calls them: by name of the configuration, then as listed. */
function matchingWebhooks(
  { namespace, namespaceLabels, podLabels }: InjectionSubject,
  injectors: readonly InjectorFacts[],
): Match[] {
  const labels = { ...namespaceLabels, [NAMESPACE_NAME_LABEL]: namespace };
  return injectors
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((injector) =>
      injector.webhooks
        .filter(
          (webhook) =>
            matchesSelector(webhook.namespaceSelector, labels) &&
            matchesSelector(webhook.objectSelector, podLabels),
        )
        .map((webhook) => ({
          id: `${injector.name}/${webhook.name}`,
          revision: answeringRevision(webhook, injector.revision, injectors),
          webhook,
        })),
    );
}
