import { errorCode } from '../artefacts/error-code.ts';
import { readText, UnreadableText } from '../config/read-text.ts';
import { NotifyError } from './notify-error.ts';
import type { SecretRef, UrlRef } from './settings.ts';

/** What secrets are read from: the environment, and files. */
export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_BYTES = 65_536;

/** The secret of a notifier, without the white space around it. Throws `NotifyError` without it. */
export function readSecret(notifier: string, ref: SecretRef, env: Environment): string {
  const where = ref.kind === 'file' ? ref.file : `the variable ${ref.name}`;
  const { value, found } = ref.kind === 'file' ? readSecretFile(ref.file) : valueOf(env[ref.name]);
  if (value !== undefined && value !== '') return value;
  throw new NotifyError(notifier, {
    expected: `a secret in ${where}`,
    found,
    remedy: 'Put it there, or correct the entry below notifications in meshlift.yaml',
    // Somebody may just be putting it there.
    transient: true,
  });
}

/** The address, which is itself a secret where it is referred to. */
export function readUrl(notifier: string, ref: UrlRef, env: Environment): string {
  return ref.kind === 'given' ? ref.url : readSecret(notifier, ref, env);
}

interface Looked {
  readonly value?: string;
  readonly found: string;
}

function readSecretFile(file: string): Looked {
  try {
    return valueOf(readText(file, MAX_BYTES));
  } catch (error) {
    return { found: error instanceof UnreadableText ? 'no text' : (errorCode(error) ?? 'none') };
  }
}

function valueOf(text: string | undefined): Looked {
  return text === undefined ? { found: 'none' } : { value: text.trim(), found: 'an empty one' };
}
