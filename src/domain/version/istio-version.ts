declare const brand: unique symbol;
/** A semantic Istio version such as `1.26.1` or `1.27.0-rc.1`. */
export type IstioVersion = string & { readonly [brand]: 'IstioVersion' };

const PATTERN =
  /^(?<major>0|[1-9]\d{0,3})\.(?<minor>0|[1-9]\d{0,3})\.(?<patch>0|[1-9]\d{0,3})(?:-(?<pre>[0-9a-z]+(?:[.-][0-9a-z]+)*))?$/;

interface Parts {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly pre: string | undefined;
}

/** The version that the text spells, or `undefined`: nothing is coerced. */
export function parseIstioVersion(text: string): IstioVersion | undefined {
  // The one documented brand constructor (style rule 6).
  return text.length <= 40 && PATTERN.test(text) ? (text as IstioVersion) : undefined;
}

function partsOf(version: IstioVersion): Parts {
  const groups = PATTERN.exec(version)?.groups ?? {};
  return {
    major: Number(groups['major']),
    minor: Number(groups['minor']),
    patch: Number(groups['patch']),
    pre: groups['pre'],
  };
}

/** Numeric order; a pre-release sorts below its release (`1.9.0` < `1.10.0-rc.1` < `1.10.0`). */
export function compareIstioVersions(a: IstioVersion, b: IstioVersion): number {
  const [x, y] = [partsOf(a), partsOf(b)];
  return (
    x.major - y.major || x.minor - y.minor || x.patch - y.patch || comparePreReleases(x.pre, y.pre)
  );
}

/** Semantic Versioning 2.0.0 section 11: numbers below words, numbers by value, shorter first. */
function comparePreReleases(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  const [left, right] = [a.split('.'), b.split('.')];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = compareIdentifiers(left[index], right[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Minor steps from `from` to `to`; `undefined` across a major version, which has no distance. */
export function minorDistance(from: IstioVersion, to: IstioVersion): number | undefined {
  const [x, y] = [partsOf(from), partsOf(to)];
  return x.major === y.major ? y.minor - x.minor : undefined;
}

/** `1.26` of `1.26.1`: the name of the minor, as the version table spells it. */
export function minorNameOf(version: IstioVersion): string {
  const { major, minor } = partsOf(version);
  return `${major}.${minor}`;
}

/** The name of the minor that lies so many minors above, of the same major version. */
export function minorNameAbove(version: IstioVersion, minors: number): string {
  const { major, minor } = partsOf(version);
  return `${major}.${minor + minors}`;
}

/** Whether it is a release candidate, beta or other build before the release. */
export function isPreRelease(version: IstioVersion): boolean {
  return partsOf(version).pre !== undefined;
}
