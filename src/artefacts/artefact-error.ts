/** Why an artefact was not used. */
export const ARTEFACT_REASONS = [
  'blocked',
  'cache-changed',
  'cache-unusable',
  'missing',
  'unreachable',
  'http-status',
  'redirect',
  'header-missing',
  'too-large',
  'digest-mismatch',
  'signature-missing',
  'signature-mismatch',
  'wrong-key',
  'bundle-mismatch',
  'trusted-root',
  'unreadable-archive',
  'path-outside',
  'link',
  'device',
  'too-many-entries',
  'no-binary',
  'several-binaries',
] as const;
export type ArtefactReason = (typeof ARTEFACT_REASONS)[number];

/** What an error is about. */
export interface ArtefactSubject {
  readonly version: string;
  /** File or URL as messages may show it: without user, password and query. */
  readonly where: string;
}

export interface ArtefactProblem {
  readonly reason: ArtefactReason;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
  /** Whether it may be another matter a moment later, without anybody's doing. */
  readonly transient?: boolean;
}

/** Thrown when an artefact cannot be had or is not what it must be; nothing of it is used then. */
export class ArtefactError extends Error {
  override readonly name = 'ArtefactError';
  readonly reason: ArtefactReason;
  readonly version: string;
  readonly where: string;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;
  readonly transient: boolean;

  constructor(subject: ArtefactSubject, problem: ArtefactProblem, options?: ErrorOptions) {
    const { reason, expected, found, remedy, transient = false } = problem;
    super(
      `istioctl ${subject.version} from ${subject.where}: expected ${expected}, found ${found}. ${remedy}.`,
      options,
    );
    this.reason = reason;
    this.version = subject.version;
    this.where = subject.where;
    this.expected = expected;
    this.found = found;
    this.remedy = remedy;
    this.transient = transient;
  }
}
