import type { ArtefactPlace, ArtefactSettings, ArtefactSource } from '../../artefacts/source.ts';
import { minorNameOf, parseIstioVersion } from '../../domain/version/istio-version.ts';
import { mergeVersions, type VersionTable } from '../../domain/version/version-table.ts';
import type { ArtefactBlockFile, ArtefactSourceFile } from './schema.ts';

/** The name of a release's tarball. */
const DEFAULT_FILE = 'istio-{version}-{os}-{arch}.tar.gz';

export interface ArtefactsFile {
  readonly sources: readonly ArtefactSourceFile[];
  readonly blocked: readonly ArtefactBlockFile[];
  readonly cache?: string | undefined;
}

/** The sources and blocked files of a configuration; `undefined` when it has none. */
export function toArtefacts(
  { sources, blocked, cache }: ArtefactsFile,
  { resolve, defaultCache }: { readonly resolve: Resolve; readonly defaultCache: string },
): ArtefactSettings | undefined {
  const files = blocked.flatMap(({ sha256, why }) =>
    sha256 === undefined ? [] : [{ sha256, why }],
  );
  if (sources.length === 0 && files.length === 0) return undefined;
  return {
    sources: sources.map((source) => toSource(source, resolve)),
    cache: cache === undefined ? defaultCache : resolve(cache),
    blocked: files,
  };
}

type Resolve = (relative: string) => string;

function toSource(source: ArtefactSourceFile, resolve: Resolve): ArtefactSource {
  const { versions, signature, bundle } = source;
  return {
    place: toPlace(source, resolve),
    ...(versions === undefined ? {} : { versions: toVersions(versions) }),
    ...(signature === undefined ? {} : { signature }),
    ...(bundle === undefined
      ? {}
      : {
          bundle: {
            suffix: bundle.suffix,
            trustedRoot: resolve(bundle.trustedRoot),
            signer:
              bundle.identity === undefined
                ? { kind: 'keys' as const, publicKeys: bundle.publicKeys ?? [] }
                : { kind: 'identity' as const, ...bundle.identity },
          },
        }),
  };
}

function toVersions(
  versions: NonNullable<ArtefactSourceFile['versions']>,
): NonNullable<ArtefactSource['versions']> {
  return Object.fromEntries(
    Object.entries(versions).map(([version, { sha256 }]) => [
      version,
      sha256 === undefined ? {} : { sha256 },
    ]),
  );
}

function toPlace(
  { url, headers = {}, directory = '.', file = DEFAULT_FILE }: ArtefactSourceFile,
  resolve: Resolve,
): ArtefactPlace {
  if (url === undefined) return { kind: 'directory', directory: resolve(directory), file };
  const files = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    resolve(value.file),
  ]);
  return { kind: 'url', url, headers: Object.fromEntries(files) };
}

/** The table with the blocked versions withdrawn, for the reason that the configuration gives. */
export function withBlocked(
  table: VersionTable,
  blocked: readonly ArtefactBlockFile[],
  file: string,
): VersionTable {
  return blocked.reduce((rows, { version, why }) => {
    const parsed = version === undefined ? undefined : parseIstioVersion(version);
    if (parsed === undefined) return rows;
    const minor = minorNameOf(parsed);
    const row = rows.find((each) => each.minor === minor);
    const entry = { version: parsed, why: `${why} (installers.istioctl.blocked in ${file})` };
    const withdrawn = [entry, ...(row?.withdrawn ?? [])];
    return mergeVersions(rows, [{ minor, minimumKubernetes: [], source: file, ...row, withdrawn }]);
  }, table);
}
