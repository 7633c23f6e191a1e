/** How the inventory calls the root certificates of namespaces when it could not read them. */
export const NAMESPACE_ROOTS = 'root certificates of namespaces';

/** What is known of a namespace beyond its selection. */
export interface NamespaceDetail {
  readonly name: string;
  /** Both `istio-injection` and `istio.io/rev` are set: the first wins. */
  readonly hasBothLabels: boolean;
  /** Label `istio.io/dataplane-mode`. */
  readonly dataplaneMode?: string;
  /** sha256 of `root-cert.pem` of ConfigMap `istio-ca-root-cert`; absent when there is none. */
  readonly rootDigest?: string;
  /** Labels or annotations that say that Git or an operator owns it. */
  readonly managers: readonly string[];
}
