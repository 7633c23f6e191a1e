import { assertNever } from '../../domain/assert-never.ts';
import type { NotifierSettings, SecretRef, UrlRef } from '../../notifications/settings.ts';
import type { NotifierFile } from './schema.ts';

type Resolve = (relative: string) => string;

/** The notifiers of a configuration; without any, no member. */
export function toNotifiers(
  entries: readonly NotifierFile[],
  resolve: Resolve,
): { readonly notifications?: readonly NotifierSettings[] } {
  if (entries.length === 0) return {};
  return { notifications: entries.map((entry) => toNotifier(entry, resolve)) };
}

function toNotifier(entry: NotifierFile, resolve: Resolve): NotifierSettings {
  const refer = (ref: SecretFile): SecretRef => toRef(ref, resolve);
  const { name, tls, events, clusters } = entry;
  const common = {
    name,
    tls,
    ...(events === undefined ? {} : { events }),
    ...(clusters === undefined ? {} : { clusters }),
    url: toUrl(entry.url, refer),
  };
  switch (entry.kind) {
    case 'webhook':
      return { ...common, kind: 'webhook', secret: refer(entry.secret) };
    case 'slack':
      return { ...common, kind: 'slack' };
    case 'cloudevents':
      return {
        ...common,
        kind: 'cloudevents',
        ...(entry.secret === undefined ? {} : { secret: refer(entry.secret) }),
      };
    case 'smtp': {
      const { from, to, user, secret } = entry;
      const hasLogin = user !== undefined && secret !== undefined;
      const login = hasLogin ? { login: { user, password: refer(secret) } } : {};
      return { ...common, kind: 'smtp', from, to, ...login };
    }
    default:
      return assertNever(entry);
  }
}

interface SecretFile {
  readonly file?: string | undefined;
  readonly env?: string | undefined;
}

function toUrl(url: string | SecretFile, refer: (ref: SecretFile) => SecretRef): UrlRef {
  return typeof url === 'string' ? { kind: 'given', url } : refer(url);
}

/** The schema has seen that there is one of both. */
function toRef({ file, env = '' }: SecretFile, resolve: Resolve): SecretRef {
  return file === undefined ? { kind: 'env', name: env } : { kind: 'file', file: resolve(file) };
}
