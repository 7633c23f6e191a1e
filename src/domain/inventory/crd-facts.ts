/** One CustomResourceDefinition of Istio or the Gateway API. */
export interface CrdFacts {
  readonly name: string;
  readonly group: string;
  readonly served: readonly string[];
  readonly storage: string;
  /** `status.storedVersions`: versions in which an object may lie in etcd. It only grows. */
  readonly stored: readonly string[];
  /** `gateway.networking.k8s.io/bundle-version`, for the Gateway API. */
  readonly bundleVersion?: string;
}
