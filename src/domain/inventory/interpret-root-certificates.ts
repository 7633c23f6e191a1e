import type { KubernetesObject } from '../kubernetes-object.ts';
import { webhooksOf } from '../mesh/webhook-shapes.ts';

/** Turns a text into a digest, `sha256:…`. */
export type Digest = (text: string) => string;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----(?<body>[^-]*)-----END CERTIFICATE-----/g;

/**
 * The certificates of a PEM bundle, in an order and layout of their own: two bundles with the same
 * certificates give the same text. Empty when there is none.
 */
export function canonicalBundle(pem: string): string {
  const bodies = [...pem.matchAll(CERTIFICATE)].map((match) =>
    (match.groups?.['body'] ?? '').replace(/\s/g, ''),
  );
  return [...new Set(bodies)].toSorted().join('\n');
}

/** The digest of the certificates in a PEM bundle; nothing when there is none. */
export function bundleDigest(pem: string | undefined, digest: Digest): string | undefined {
  const bundle = canonicalBundle(pem ?? '');
  return bundle === '' ? undefined : digest(bundle);
}

/** The digest of the root that a webhook configuration trusts; nothing while it has none. */
export function caBundleDigest(
  configuration: KubernetesObject,
  digest: Digest,
): string | undefined {
  const bundle = webhooksOf(configuration)
    .map(({ clientConfig }) => clientConfig?.caBundle ?? '')
    .find((each) => each !== '');
  return bundle === undefined ? undefined : bundleDigest(atob(bundle), digest);
}

/** Namespace and digest of one ConfigMap `istio-ca-root-cert`. */
export interface NamespaceRoot {
  readonly namespace: string;
  readonly digest?: string;
}

/** Reads one ConfigMap `istio-ca-root-cert`. */
export function interpretRootCertificate(
  configMap: KubernetesObject,
  digest: Digest,
): NamespaceRoot {
  const { data } = configMap as KubernetesObject & {
    readonly data?: Readonly<Record<string, string>>;
  };
  const found = bundleDigest(data?.['root-cert.pem'], digest);
  return {
    namespace: configMap.metadata.namespace ?? '',
    ...(found === undefined ? {} : { digest: found }),
  };
}
