import { compareIstioVersions, minorNameOf, parseIstioVersion } from './istio-version.ts';
import type { IstioVersion } from './istio-version.ts';
import type { MinorFacts, VersionTable } from './version-table.ts';

/** What the table says of one version. */
export interface VersionFacts {
  readonly version: IstioVersion;
  /** `1.26`. */
  readonly minor: string;
  readonly released?: string;
  readonly supportEnds?: string;
  /** Least Kubernetes minor (of major 1) for this very patch; absent when the table has none for it. */
  readonly minimumKubernetes?: number;
  readonly testedKubernetes?: number;
  readonly withdrawnBecause?: string;
  readonly source: string;
  readonly asOf?: string;
}

/** Whether a version gets fixes from its project on a day. A date is an ISO day. */
export type SupportStatus =
  | { readonly kind: 'supported'; readonly until: string }
  | { readonly kind: 'ended'; readonly on: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** The row of the version's minor, read for this patch; `undefined` when the table has no such row. */
export function versionFactsOf(
  table: VersionTable,
  version: IstioVersion,
): VersionFacts | undefined {
  const minor = minorNameOf(version);
  const row = table.find((each) => each.minor === minor);
  if (row === undefined) return undefined;
  const { minimumKubernetes, withdrawn = [], ...rest } = row;
  const minimum = minimumOf(minimumKubernetes, version);
  const withdrawnBecause = withdrawn.find((each) => each.version === version)?.why;
  return {
    ...rest,
    version,
    ...(minimum === undefined ? {} : { minimumKubernetes: minimum }),
    ...(withdrawnBecause === undefined ? {} : { withdrawnBecause }),
  };
}

/** The entry of the newest patch that the version has reached, in whatever order they are written. */
function minimumOf(
  entries: MinorFacts['minimumKubernetes'],
  version: IstioVersion,
): number | undefined {
  const reached = entries.flatMap(({ since, minor }) => {
    const from = parseIstioVersion(since);
    return from !== undefined && compareIstioVersions(baseOf(version), from) >= 0
      ? [{ from, minor }]
      : [];
  });
  return reached.sort((a, b) => compareIstioVersions(b.from, a.from))[0]?.minor;
}

/** A pre-release needs what its release will need. */
function baseOf(version: IstioVersion): IstioVersion {
  return parseIstioVersion(version.split('-')[0] ?? '') ?? version;
}

/** The support of a version on a day. The last day of support is still one of support. */
export function supportOf(facts: VersionFacts | undefined, today: string): SupportStatus {
  if (facts === undefined) return { kind: 'unknown', why: 'the version table has no such minor' };
  const { supportEnds, asOf, minor } = facts;
  if (supportEnds === undefined) {
    const when = asOf === undefined ? '' : ` as of ${asOf}`;
    return { kind: 'unknown', why: `no end of support of ${minor} is known${when}` };
  }
  return supportEnds < today
    ? { kind: 'ended', on: supportEnds }
    : { kind: 'supported', until: supportEnds };
}
