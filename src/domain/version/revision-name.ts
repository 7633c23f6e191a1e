import type { IstioVersion } from './istio-version.ts';

/** What upstream accepts as `--revision`: a DNS label. */
const PATTERN = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the text can be a revision or a tag name. */
export function isRevisionName(text: string): boolean {
  return PATTERN.test(text);
}

/** The revision name that goes with a version: `1.26.1` → `1-26-1`. */
export function revisionNameOf(version: IstioVersion): string {
  return version.replaceAll('.', '-');
}
