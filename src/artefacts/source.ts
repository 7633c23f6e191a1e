import path from 'node:path';

/** One place that istioctl binaries come from, and what proves that they are the right ones. */
export interface ArtefactSource {
  readonly place: ArtefactPlace;
  /**
   * What the file of each version has to be; absent: whatever versions the directory has. A source
   * has a proof, or each of its versions a digest.
   */
  readonly versions?: Readonly<Record<string, { readonly sha256?: string }>>;
  readonly signature?: SignatureProof;
  readonly bundle?: BundleProof;
}

export type ArtefactPlace =
  | {
      readonly kind: 'url';
      /** With `{version}`, and `{os}` and `{arch}` where it differs by them. */
      readonly url: string;
      /** Headers of the request, by the files that hold their values. */
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'directory';
      readonly directory: string;
      /** Name of a file in it, with the same placeholders. */
      readonly file: string;
    };

/** A detached signature of the file, beside it. */
export interface SignatureProof {
  /** Of the signature's name, after the artefact's. */
  readonly suffix: string;
  /** PEM; a signature by one of them is enough. */
  readonly publicKeys: readonly string[];
}

/** A Sigstore bundle beside the file, verified offline. */
export interface BundleProof {
  readonly suffix: string;
  /** File with the trusted root (`trusted_root.json`). */
  readonly trustedRoot: string;
  readonly signer:
    | { readonly kind: 'keys'; readonly publicKeys: readonly string[] }
    | { readonly kind: 'identity'; readonly issuer: string; readonly subject: string };
}

export interface ArtefactSettings {
  /** Asked in their order: the first one that has a version supplies it. */
  readonly sources: readonly ArtefactSource[];
  /** Folder below which artefacts are kept. */
  readonly cache: string;
  /** Files, packed or not, that are never used whatever signature they have. */
  readonly blocked: readonly { readonly sha256: string; readonly why: string }[];
}

/** The names that Istio's releases have for what Node names otherwise. */
const OS_NAMES: Readonly<Record<string, string>> = { darwin: 'osx', win32: 'win' };
const ARCH_NAMES: Readonly<Record<string, string>> = { x64: 'amd64', arm: 'armv7' };

/** The template for one version on this machine. */
export function fillTemplate(template: string, version: string): string {
  return template
    .replaceAll('{version}', version)
    .replaceAll('{os}', OS_NAMES[process.platform] ?? process.platform)
    .replaceAll('{arch}', ARCH_NAMES[process.arch] ?? process.arch);
}

/** Where the artefact of a version is, or with a suffix what lies beside it. */
export function locate(place: ArtefactPlace, version: string, suffix = ''): string {
  if (place.kind === 'directory') {
    return path.join(place.directory, `${fillTemplate(place.file, version)}${suffix}`);
  }
  const url = new URL(fillTemplate(place.url, version));
  url.pathname += suffix;
  return url.href;
}

/** The location as it may be shown: a query or a user may be a secret. */
export function showLocation(location: string): string {
  if (!URL.canParse(location) || !/^https?:/.test(location)) return location;
  const { origin, pathname } = new URL(location);
  return `${origin}${pathname}`;
}

/** A tarball, by its name; anything else is the binary itself. */
export function isTarball(place: ArtefactPlace): boolean {
  const name = place.kind === 'url' ? new URL(fillTemplate(place.url, '0')).pathname : place.file;
  return /\.(tar\.gz|tgz)$/.test(name);
}

/** Whether a host is this machine, to which plain http is allowed. */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
