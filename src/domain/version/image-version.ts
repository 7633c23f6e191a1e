import { parseIstioVersion, type IstioVersion } from './istio-version.ts';

/** Builds of one version that Istio publishes beside the plain one. */
const VARIANT = /-(distroless|debug)$/;

/** The tag of an image without its variant: `docker.io/istio/pilot:1.26.1-distroless` → `1.26.1`. */
export function imageTag(image: string | undefined): string | undefined {
  const tag = /:(?<tag>[^:@/]+)(@|$)/.exec(image ?? '')?.groups?.['tag'];
  return tag?.replace(VARIANT, '');
}

/** The version of an image by its tag; not known where there is none, or only a digest. */
export function imageVersion(image: string): IstioVersion | undefined {
  return parseIstioVersion(imageTag(image) ?? '');
}
