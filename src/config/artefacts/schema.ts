import * as z from 'zod';
import { errorText } from '../../artefacts/error-code.ts';
import { fillTemplate, isLoopback } from '../../artefacts/source.ts';
import { readPublicKey } from '../../artefacts/verify-signature.ts';

const version = z
  .string()
  .max(40, { abort: true })
  .regex(
    /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(-[0-9a-z]+([.-][0-9a-z]+)*)?$/,
    'expected an Istio version such as "1.26.1"',
  );

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');

/** PEM in the file itself: it is no secret, and is checked before anything is started. */
const publicKey = z
  .string()
  .max(2000)
  .check((context) => {
    try {
      readPublicKey(context.value);
    } catch (error) {
      const message = errorText(error);
      context.issues.push({ code: 'custom', message, input: context.value });
    }
  });

const publicKeys = z.array(publicKey).min(1).max(10);

const suffix = z.string().regex(/^[\w.-]{1,50}$/, 'expected the end of a file name such as ".sig"');

const signature = z.strictObject({
  suffix: suffix.default('.sig'),
  publicKeys,
});

const bundle = z
  .strictObject({
    suffix: suffix.default('.sigstore.json'),
    /** File with the trusted root; nothing is asked of the network. */
    trustedRoot: z.string().min(1),
    /** Who signed it: one of these keys, */
    publicKeys: publicKeys.optional(),
    /** or whoever a certificate was given to, exactly so. */
    identity: z
      .strictObject({ issuer: z.url().max(500), subject: z.string().min(1).max(500) })
      .optional(),
  })
  .refine(
    (each) => (each.publicKeys === undefined) !== (each.identity === undefined),
    'expected either publicKeys or identity: who is trusted to sign',
  );

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, 'expected the name of a header');

/** A place that has istioctl, as tarballs of releases or as it is, and what they are verified with. */
export const artefactSource = z
  .strictObject({
    /** https, or http on this machine, with `{version}` and, where need be, `{os}` and `{arch}`. */
    url: z.string().min(1).max(2000).optional(),
    /** Headers of the request, with their values in files. */
    headers: z.record(headerName, z.strictObject({ file: z.string().min(1) })).optional(),
    /** A folder, in place of a url. */
    directory: z.string().min(1).optional(),
    /** Name of the files in it, with the same placeholders. */
    file: z.string().min(1).max(200).optional(),
    /** The versions it has, with the sha256 of the file as it is fetched. */
    versions: z.record(version, z.strictObject({ sha256: sha256.optional() })).optional(),
    /** A detached signature beside each file. */
    signature: signature.optional(),
    /** A Sigstore bundle beside each file. */
    bundle: bundle.optional(),
  })
  .superRefine((source, context) => {
    for (const { message, at } of problemsOf(source)) {
      context.addIssue({ code: 'custom', message, path: [...at] });
    }
  });

type Source = z.output<typeof artefactSource>;
interface Problem {
  readonly message: string;
  readonly at: readonly string[];
}

function problemsOf(source: Source): readonly Problem[] {
  const { url, directory } = source;
  if ((url === undefined) === (directory === undefined)) {
    return [{ message: 'expected either a url or a directory', at: [] }];
  }
  return [
    ...(url === undefined ? fileProblems(source) : urlProblems(source, url)),
    ...proofProblems(source),
  ];
}

function urlProblems({ file, versions }: Source, url: string): readonly Problem[] {
  const wrong = whyNoTemplate(url) ?? whyNoUrl(fillTemplate(url, '1.0.0'));
  return [
    ...(wrong === undefined ? [] : [{ message: wrong, at: ['url'] }]),
    ...(file === undefined ? [] : [{ message: 'expected it with a directory only', at: ['file'] }]),
    ...(versions === undefined || Object.keys(versions).length === 0
      ? [{ message: 'expected the versions that the url has: nobody lists them', at: ['versions'] }]
      : []),
  ];
}

function fileProblems({ file, headers }: Source): readonly Problem[] {
  const wrong = file === undefined ? undefined : (whyNoTemplate(file) ?? whyNoName(file));
  return [
    ...(wrong === undefined ? [] : [{ message: wrong, at: ['file'] }]),
    ...(headers === undefined
      ? []
      : [{ message: 'expected them with a url only', at: ['headers'] }]),
  ];
}

/** What cannot be verified is not used: a source that could not is a mistake, not a choice. */
function proofProblems({ versions, signature, bundle }: Source): readonly Problem[] {
  if (signature !== undefined || bundle !== undefined) return [];
  const message =
    'expected a sha256, or a signature or a bundle on the source: what cannot be verified is not used';
  if (versions === undefined) return [{ message, at: [] }];
  return Object.entries(versions)
    .filter(([, each]) => each.sha256 === undefined)
    .map(([name]) => ({ message, at: ['versions', name] }));
}

function whyNoTemplate(text: string): string | undefined {
  const names = [...text.matchAll(/\{([^}]*)\}?/g)].map(([whole]) => whole);
  const unknown = names.find((each) => !['{version}', '{os}', '{arch}'].includes(each));
  if (unknown !== undefined) return `expected {version}, {os} or {arch}, found ${unknown}`;
  if (!names.includes('{version}')) return 'expected {version} where the version stands';
  return /\.zip$/.test(text)
    ? 'expected a .tar.gz, a .tgz or the binary itself, found a .zip'
    : undefined;
}

function whyNoUrl(text: string): string | undefined {
  if (!URL.canParse(text))
    return 'expected an address such as "https://host/istio-{version}.tar.gz"';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return 'expected no user and no password in the address: put them into a file that headers name';
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return undefined;
  return `expected https, or http on this machine, found ${url.protocol}//${url.hostname}`;
}

function whyNoName(file: string): string | undefined {
  return /[/\\]/.test(file)
    ? 'expected the name of a file in the directory, found a path'
    : undefined;
}

/** A version is never a target then; a file is never used. */
export const artefactBlock = z
  .strictObject({
    version: version.optional(),
    /** Of a tarball or of a binary. */
    sha256: sha256.optional(),
    why: z.string().min(1).max(500),
  })
  .refine(
    (each) => (each.version === undefined) !== (each.sha256 === undefined),
    'expected either a version or a sha256',
  );

export type ArtefactSourceFile = Source;
export type ArtefactBlockFile = z.output<typeof artefactBlock>;
