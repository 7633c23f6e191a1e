/** Labels and annotations of Istio that decide about injection (istio-facts: webhook selectors). */
export const REVISION_LABEL = 'istio.io/rev';
export const INJECTION_LABEL = 'istio-injection';
export const TAG_LABEL = 'istio.io/tag';
export const INJECT_LABEL = 'sidecar.istio.io/inject';
/** Written on a pod at injection, since 1.18: which revision really injected it. */
export const REVISION_ANNOTATION = 'istio.io/rev';
/** Written at injection: what was put into the pod, as JSON. */
export const STATUS_ANNOTATION = 'sidecar.istio.io/status';
export const PROXY_IMAGE_ANNOTATION = 'sidecar.istio.io/proxyImage';
export const PROXY_CONTAINER = 'istio-proxy';
export const COMPONENT_LABEL = 'operator.istio.io/component';
/** Names of the webhooks that are "the default" (istio-facts section 4). */
export const DEFAULT_TAG = 'default';
export const DEFAULT_VALIDATOR = 'istiod-default-validator';
