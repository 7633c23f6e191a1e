import type { IstioVersion } from './istio-version.ts';

/** The revision name that goes with a version: `1.26.1` → `1-26-1`; always the DNS label that Istio wants. */
export function revisionNameOf(version: IstioVersion): string {
  return version.replaceAll('.', '-');
}
