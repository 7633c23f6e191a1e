import type { Known } from '../inventory/known.ts';
import { imageVersion } from '../version/image-version.ts';
import type { ProxyTarget } from './proxy-target.ts';

/** What a revision's injector answered to a pod that was never created. */
export type RenderedProxy =
  | { readonly kind: 'rendered'; readonly target: ProxyTarget }
  /** Its image says no version, as where it is given by digest alone. */
  | { readonly kind: 'unversioned'; readonly image: string }
  | { readonly kind: 'silent'; readonly why: string };

/** By revision. */
export type RenderedProxies = Readonly<Record<string, RenderedProxy>>;

/** Reads the image of the proxy that a revision rendered. */
export function readRendered(revision: string, image: Known<string>): RenderedProxy {
  if (image.kind === 'unknown') return { kind: 'silent', why: image.why };
  const version = imageVersion(image.value);
  return version === undefined
    ? { kind: 'unversioned', image: image.value }
    : { kind: 'rendered', target: { revision, image: image.value, version } };
}
