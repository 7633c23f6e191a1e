/** A resource that may mean something else to another version. */
export interface SensitiveResource {
  /** `EnvoyFilter shop/x`, `Deployment shop/cart`, … */
  readonly subject: string;
  readonly kind: 'envoy-filter' | 'alpha-annotation' | 'deprecated-annotation';
  /** For an EnvoyFilter: the `proxyVersion` patterns that it is bound to; else the annotation. */
  readonly details: readonly string[];
}
