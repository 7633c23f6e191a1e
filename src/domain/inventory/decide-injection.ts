import type { LabelSelector } from './capacity.ts';
import type { InjectorPolicy } from './injector-policy.ts';
import type { Known } from './known.ts';
import { INJECT_LABEL } from '../mesh/istio-labels.ts';
import { isEmptySelector, matchesSelector, selectorFault } from './match-selector.ts';

/** What an istiod makes of a pod that its webhook was asked about. */
export type InjectionDecision =
  | { readonly kind: 'inject' }
  | { readonly kind: 'leave'; readonly why: string }
  /** It answers with an error: the pod cannot be created. */
  | { readonly kind: 'refuse'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

interface Pod {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly hostNetwork: boolean;
}

interface Injector {
  readonly revision: string;
  readonly policy?: Known<InjectorPolicy>;
}

/** `IgnoredNamespaces` of istio/istio `pkg/kube/inject/initializer.go`, 1.25 and 1.26. */
const IGNORED_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** What counts as a yes in label or annotation `sidecar.istio.io/inject`, once in lower case. */
const YES: ReadonlySet<string> = new Set(['y', 'yes', 'true', 'on']);

const TEMPLATES_ANNOTATION = 'inject.istio.io/templates';

/**
 * istiod's own rules, in its order: `injectRequired` and `selectTemplates` of istio/istio
 * `pkg/kube/inject/inject.go` as of 1.25.1 and 1.26.1 (the same in both). A pod that carries the
 * marks of an earlier injection is injected anew: they do not spare it.
 */
export function decideInjection(pod: Pod, injector: Injector): InjectionDecision {
  if (pod.hostNetwork) return { kind: 'leave', why: 'it uses the network of its node' };
  if (IGNORED_NAMESPACES.has(pod.namespace)) {
    return { kind: 'leave', why: `istiod never injects in namespace ${pod.namespace}` };
  }

  const asked = askedFor(pod);
  if (asked !== '' && !YES.has(asked)) {
    return { kind: 'leave', why: `it says ${INJECT_LABEL}: ${asked}` };
  }
  const { policy } = injector;
  if (policy?.kind !== 'known') {
    const why = policy?.why ?? 'its ConfigMap was not read';
    return { kind: 'unknown', why: `the injection policy of ${injector.revision}: ${why}` };
  }
  return byPolicy(pod, asked !== '', policy.value);
}

/** The label wins over the annotation, even when it is empty. */
function askedFor({ podLabels, podAnnotations }: Pod): string {
  return (podLabels[INJECT_LABEL] ?? podAnnotations[INJECT_LABEL] ?? '').toLowerCase();
}

function byPolicy(pod: Pod, isAskedFor: boolean, policy: InjectorPolicy): InjectionDecision {
  // As istiod has it, an illegal policy beats even a pod that asks for its proxy.
  if (policy.policy !== 'enabled' && policy.policy !== 'disabled') {
    return { kind: 'leave', why: `the injector's policy is ${JSON.stringify(policy.policy)}` };
  }
  if (isAskedFor) return withTemplates(pod, policy);
  if (selects(policy.neverInjectSelector, pod)) {
    return { kind: 'leave', why: "the injector's neverInjectSelector selects it" };
  }
  if (selects(policy.alwaysInjectSelector, pod) || policy.policy === 'enabled') {
    return withTemplates(pod, policy);
  }
  return { kind: 'leave', why: "the injector's policy is disabled and the pod does not ask" };
}

/** istiod skips a selector that is empty or at fault. */
function selects(selectors: readonly LabelSelector[], { podLabels }: Pod): boolean {
  return selectors.some(
    (selector) =>
      !isEmptySelector(selector) &&
      selectorFault(selector) === undefined &&
      matchesSelector(selector, podLabels),
  );
}

/** A template that the injector does not have is an error, and the webhook's error refuses the pod. */
function withTemplates({ podAnnotations }: Pod, policy: InjectorPolicy): InjectionDecision {
  const named = podAnnotations[TEMPLATES_ANNOTATION]?.split(',').map((name) => name.trim());
  const missing = (named ?? policy.defaultTemplates)
    .flatMap(
      (name) => (Object.hasOwn(policy.aliases, name) ? policy.aliases[name] : undefined) ?? [name],
    )
    .find((name) => !policy.templates.includes(name));
  if (missing === undefined) return { kind: 'inject' };
  return {
    kind: 'refuse',
    why: `it asks for injection template "${missing}", the injector has ${policy.templates.join(', ')}`,
  };
}
