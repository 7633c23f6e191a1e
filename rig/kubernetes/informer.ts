import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './client.ts';

interface Watched {
  readonly metadata?: { readonly uid?: string; readonly resourceVersion?: string };
}

export interface Informer<T> {
  /** What the API server holds now, as far as is known here. */
  items(): readonly T[];
}

export interface InformerOptions<T> {
  readonly client: Pick<ApiClient, 'get' | 'open'>;
  /** A collection's path, with a selector when not all of it is wanted. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** What is held of an object, at least its uid and resourceVersion; all of it when absent. */
  keep?(object: T): T;
  onChange?(object: T): void;
  onDelete?(object: T): void;
  onError?(error: unknown): void;
}

interface Page<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

const RETRY_MS = 500;

/** Lists, then watches, for as long as the signal allows; resolves once the first list is in. */
export async function startInformer<T extends Watched>(
  options: InformerOptions<T>,
): Promise<Informer<T>> {
  const store = new Map<string, T>();
  const version = await relist(options, store);
  void follow(options, store, version);
  return { items: () => [...store.values()] };
}

async function follow<T extends Watched>(
  options: InformerOptions<T>,
  store: Map<string, T>,
  firstVersion: string,
): Promise<void> {
  const { signal } = options;
  let version: string | undefined = firstVersion;
  while (!signal.aborted) {
    try {
      version = await watchOnce(options, store, version ?? (await relist(options, store)));
    } catch (error) {
      if (signal.aborted) return;
      options.onError?.(error);
      version = undefined;
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function relist<T extends Watched>(
  options: InformerOptions<T>,
  store: Map<string, T>,
): Promise<string> {
  const page = await options.client.get<Page<T>>(options.path);
  const seen = new Set(page.items.map(keyOf));
  for (const [key, object] of store) {
    if (seen.has(key)) continue;
    store.delete(key);
    options.onDelete?.(object);
  }
  for (const object of page.items) put(options, store, object);
  return page.metadata.resourceVersion;
}

/** Follows one watch to its end; returns where to go on, or undefined when a new list is needed. */
async function watchOnce<T extends Watched>(
  options: InformerOptions<T>,
  store: Map<string, T>,
  from: string,
): Promise<string | undefined> {
  const { client, path, signal } = options;
  const joint = path.includes('?') ? '&' : '?';
  const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${from}`;
  const stream = await client.open(`${path}${joint}${query}`, signal);
  let version = from;
  for await (const line of linesOf(stream)) {
    const { type, object } = JSON.parse(line) as WatchEvent<T>;
    if (type === 'ERROR') return undefined;
    version = object.metadata?.resourceVersion ?? version;
    if (type === 'DELETED') {
      store.delete(keyOf(object));
      options.onDelete?.(object);
    } else if (type !== 'BOOKMARK') {
      put(options, store, object);
    }
  }
  return version;
}

// node:readline would leave an aborted stream's error without a listener.
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

function put<T extends Watched>(
  options: InformerOptions<T>,
  store: Map<string, T>,
  object: T,
): void {
  const known = store.get(keyOf(object))?.metadata?.resourceVersion;
  store.set(keyOf(object), options.keep?.(object) ?? object);
  if (known !== object.metadata?.resourceVersion) options.onChange?.(object);
}

function keyOf(object: Watched): string {
  return object.metadata?.uid ?? '';
}
