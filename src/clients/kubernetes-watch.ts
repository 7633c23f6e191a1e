import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import { refusal, type StatusBody } from './kubernetes-answer.ts';
import { KubernetesUnreachable } from './kubernetes-error.ts';
import { ofKind, type ListOptions } from './kubernetes-list.ts';
import type { Open } from './kubernetes-transport.ts';
import { collectionPath, type ResourceKind } from './resource-kinds.ts';
import { linesOf } from './watch-lines.ts';

const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** What one watch tells, in order. */
export type WatchEvent =
  /** The server has taken the watch. */
  | { readonly kind: 'opened' }
  /** Everything up to this version has been told. */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  | { readonly kind: 'changed'; readonly object: KubernetesObject }
  /** Deleted, or no longer what the selectors ask for. */
  | { readonly kind: 'gone'; readonly object: KubernetesObject };

export interface WatchRequest {
  readonly options: ListOptions;
  /** The resourceVersion after which the watch begins. */
  readonly from: string;
  /** After which time the server ends it. */
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/**
 * One watch to its end. Throws `KubernetesError` for what the server says in it, 410 among others,
 * `KubernetesUnreachable` when the connection breaks, and the signal's reason when that ends it.
 */
export async function* watchOnce(
  open: Open,
  kind: ResourceKind,
  { options, from, seconds, signal }: WatchRequest,
): AsyncGenerator<WatchEvent> {
  const path = collectionPath(kind, options.namespace);
  const bytes = await open({
    method: 'GET',
    path,
    signal,
    ...(options.metadataOnly === true ? { accept: METADATA } : {}),
    query: {
      watch: 'true',
      allowWatchBookmarks: 'true',
      resourceVersion: from,
      timeoutSeconds: String(seconds),
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    },
  });
  yield { kind: 'opened' };
  for await (const line of linesOf(bytes)) yield readEvent(line, { kind, name: `WATCH ${path}` });
}

function readEvent(
  line: string,
  { kind, name }: { readonly kind: ResourceKind; readonly name: string },
): WatchEvent {
  const { type, object } = parseLine(line, name);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'changed', object: ofKind(object, kind) };
    case 'DELETED':
      return { kind: 'gone', object: ofKind(object, kind) };
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: object.metadata.resourceVersion ?? '' };
    case 'ERROR':
      throw refusal(name, object as unknown as StatusBody);
    default:
      throw noEvent(name, `its type is ${JSON.stringify(type)}`);
  }
}

interface Line {
  readonly type: string;
  readonly object: KubernetesObject;
}

/** A line that is no event came over a connection that cannot be trusted: as good as a broken one. */
function parseLine(line: string, name: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw noEvent(name, error);
  }
  if (!isLine(value)) throw noEvent(name, 'its type, object or metadata is missing');
  return value;
}

function isLine(value: unknown): value is Line {
  const { type, object } = (value ?? {}) as Partial<Line>;
  if (typeof type !== 'string' || typeof object !== 'object' || object === null) return false;
  return type === 'ERROR' || typeof object.metadata === 'object';
}

function noEvent(name: string, why: unknown): KubernetesUnreachable {
  return new KubernetesUnreachable(
    name,
    new Error('a line that is no watch event', { cause: why }),
  );
}
