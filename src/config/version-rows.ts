import type { MinorFacts } from '../domain/version/version-table.ts';
import type { VersionRowFile } from './schema.ts';

/** The rows of `versions` in `meshlift.yaml`; a row that names no source has the file for one. */
export function toVersionRows(
  file: string,
  rows: Readonly<Record<string, VersionRowFile>>,
): readonly MinorFacts[] {
  return Object.entries(rows).map(([minor, row]) => toVersionRow(file, minor, row));
}

function toVersionRow(file: string, minor: string, row: VersionRowFile): MinorFacts {
  const { released, supportEnds, minimumKubernetes, testedKubernetes, withdrawn, asOf } = row;
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
