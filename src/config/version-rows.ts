import { minorNameOf, parseIstioVersion } from '../domain/version/istio-version.ts';
import type { MinorFacts } from '../domain/version/version-table.ts';
import { ConfigError } from './config.ts';
import type { VersionRowFile } from './schema.ts';

/** The rows of `versions` in `meshlift.yaml`; throws when a row speaks of a version of another minor. */
export function toVersionRows(
  file: string,
  rows: Readonly<Record<string, VersionRowFile>>,
): readonly MinorFacts[] {
  return Object.entries(rows).map(([minor, row]) => toVersionRow(file, minor, row));
}

function toVersionRow(file: string, minor: string, row: VersionRowFile): MinorFacts {
  const { released, supportEnds, minimumKubernetes, testedKubernetes, withdrawn, asOf } = row;
  const at = `${file}: $.versions["${minor}"]`;
  for (const version of Object.keys(minimumKubernetes)) {
    assertOfMinor(`${at}.minimumKubernetes`, minor, version);
  }
  for (const { version } of withdrawn) assertOfMinor(`${at}.withdrawn`, minor, version);
  return {
    minor,
    ...(released === undefined ? {} : { released }),
    ...(supportEnds === undefined ? {} : { supportEnds }),
    minimumKubernetes: Object.entries(minimumKubernetes).map(([since, kubernetes]) => ({
      since,
      minor: kubernetes,
    })),
    ...(testedKubernetes === undefined ? {} : { testedKubernetes }),
    ...(withdrawn.length === 0 ? {} : { withdrawn }),
    source: row.source ?? file,
    ...(asOf === undefined ? {} : { asOf }),
  };
}

function assertOfMinor(where: string, minor: string, text: string): void {
  const version = parseIstioVersion(text);
  if (version !== undefined && minorNameOf(version) === minor) return;
  throw new ConfigError(
    `${where}: expected a version of ${minor}, such as "${minor}.0", found "${text}"`,
  );
}
