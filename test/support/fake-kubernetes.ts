import { isDeepStrictEqual } from 'node:util';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type {
  KubernetesClient,
  Preconditions,
  WriteOptions,
} from '../../src/clients/kubernetes.ts';
import type { FollowOptions } from '../../src/clients/kubernetes-follow.ts';
import type { ListOptions } from '../../src/clients/kubernetes-list.ts';
import { resourceKindOf, type ResourceKind } from '../../src/clients/resource-kinds.ts';
import {
  compareText,
  formatRef,
  refOf,
  type KubernetesObject,
  type ObjectRef,
} from '../../src/domain/kubernetes-object.ts';
import { createFollows, type FakeFollows } from './fake-follows.ts';

/** A cluster in memory, and what was written to it. */
export interface FakeKubernetes extends KubernetesClient {
  /** Puts an object there as somebody else would, whatever was there. */
  place(object: KubernetesObject): KubernetesObject;
  /** Changes of which no mirror hears, as when a watch misses events: only a list shows them. */
  unseen<T>(changes: () => T): T;
  /** Every write that was carried out, as `verb Kind namespace/name`. */
  readonly writes: readonly string[];
  /** Ends every mirror with this failure, as a server does that says no. */
  failMirrors(error: Error): void;
  /** Lets that many further writes pass; the one after them is lost as in a crash. */
  crashAfter(writes: number): void;
}

/** Thrown where a process would be gone. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * The subset that journals, records and changes stand on, held to a real API server by
 * `describeKubernetesContract`: uids, versions that only a change moves, refusals by 404, 409 and
 * 422, lists by namespace and labels, JSON merge patch, preconditions, dry runs. Server-side apply
 * merges fields without managers. Every access review is answered with yes. An eviction meets no
 * budget, and a pod is gone at once. Mirrors follow each change a moment later. There are no
 * controllers, defaults or admission, and a namespace need not be there.
 */
export function createFakeKubernetes(): FakeKubernetes {
  const store = createStore();
  const { find, must, write } = store;
  const remove = (verb: string, ref: ObjectRef, preconditions: Preconditions = {}): boolean => {
    const before = find(ref);
    if (before === undefined) return false;
    checkPreconditions(preconditions, before);
    store.remove(verb, ref);
    return true;
  };
  return {
    writes: store.writes,
    crashAfter: store.crashAfter,
    place: store.place,
    unseen: (changes) => {
      store.follows.mute(true);
      try {
        return changes();
      } finally {
        store.follows.mute(false);
      }
    },
    failMirrors: (error) => store.follows.fail(error),
    get: async (ref) => find(ref),
    getDated: async (ref) => {
      const object = find(ref);
      return { ...(object === undefined ? {} : { object }), at: Date.now() };
    },
    list: async (kind, options = {}) => listed(store, kind, options),
    collect: async (kind, options, pick) =>
      listed(store, kind, options)
        .map(pick)
        .filter((kept) => kept !== undefined),
    follow: (kind, options, pick) =>
      store.follows.open(kind, { pick, ...viewOf(store, kind, options) }),
    getFromPod: notHere,
    getInsidePod: notHere,
    create: async (object, options) => {
      // Everybody may do everything here; a question is not kept.
      if (object.kind === 'SelfSubjectAccessReview')
        return { ...object, status: { allowed: true } };
      const ref = refOf(object);
      if (find(ref) !== undefined) throw refused(409, 'AlreadyExists', ref);
      return write('create', object, { ...options });
    },
    replace: async (object, options) => {
      const before = must(refOf(object));
      checkPreconditions(object.metadata, before);
      return write('replace', object, { ...options, before });
    },
    apply: async (object, options) => {
      const before = find(refOf(object));
      const merged = mergePatched(before ?? {}, object) as KubernetesObject;
      return write('apply', merged, { ...options, before });
    },
    mergePatch: async (ref, patch, options) => {
      const before = must(ref);
      const { uid, resourceVersion = '' } =
        (patch as { readonly metadata?: Preconditions }).metadata ?? {};
      checkPreconditions({ resourceVersion }, before);
      if (uid !== undefined && uid !== before.metadata.uid) throw refused(422, 'Invalid', ref);
      const merged = mergePatched(before, patch) as KubernetesObject;
      return write('patch', merged, { ...options, before });
    },
    delete: async (ref, preconditions) => remove('delete', ref, preconditions),
    evict: async (ref, preconditions) => remove('evict', ref, preconditions),
    serverVersion: async () => 'v1.33.1',
  };
}

function listed(store: Store, kind: ResourceKind, options: ListOptions): KubernetesObject[] {
  return store.all(kind).filter(isListed(options)).map(seen(options));
}

/** What a mirror has to know of the cluster. */
function viewOf(store: Store, kind: ResourceKind, options: FollowOptions) {
  const has = isListed(options);
  return {
    options,
    list: () => listed(store, kind, options),
    see: (object: KubernetesObject) => (has(object) ? copy(seen(options)(object)) : undefined),
  };
}

/** Nobody answers within the pods of a fake cluster. */
function notHere(): never {
  throw new Error('the fake cluster has no such request');
}

interface Write extends WriteOptions {
  /** What is there already, when something is. */
  readonly before?: KubernetesObject | undefined;
}

interface Store extends Pick<FakeKubernetes, 'writes' | 'crashAfter' | 'place'> {
  readonly follows: FakeFollows;
  readonly find: (ref: ObjectRef) => KubernetesObject | undefined;
  readonly must: (ref: ObjectRef) => KubernetesObject;
  /** Every object of a kind, ordered as etcd has them. */
  readonly all: (kind: ResourceKind) => KubernetesObject[];
  readonly write: (verb: string, object: KubernetesObject, options: Write) => KubernetesObject;
  readonly remove: (verb: string, ref: ObjectRef) => void;
}

/** Objects go in and come out as copies, as over the wire. */
function createStore(): Store {
  const objects = new Map<string, KubernetesObject>();
  const writes: string[] = [];
  const follows = createFollows();
  let clock = 0;
  let left = Number.POSITIVE_INFINITY;

  const record = (verb: string, ref: ObjectRef): void => {
    if (left <= 0) throw new Crash(`${verb} ${formatRef(ref)}`);
    left -= 1;
    writes.push(`${verb} ${formatRef(ref)}`);
  };
  const put = (object: KubernetesObject, uid?: string): KubernetesObject => {
    clock += 1;
    const stored = marked(object, uid ?? `uid-${clock}`, String(clock));
    const key = keyOf(refOf(object));
    const before = objects.get(key);
    objects.set(key, stored);
    follows.tell({ before, after: stored });
    return copy(stored);
  };
  const find = (ref: ObjectRef): KubernetesObject | undefined => {
    const found = objects.get(keyOf(ref));
    return found === undefined ? undefined : copy(found);
  };
  return {
    writes,
    follows,
    crashAfter: (count) => {
      left = count;
    },
    place: (object) => put(object),
    find,
    must: (ref) => {
      const found = find(ref);
      if (found === undefined) throw refused(404, 'NotFound', ref);
      return found;
    },
    all: ({ apiVersion, kind }) =>
      [...objects]
        .toSorted(([a], [b]) => compareText(a, b))
        .filter(([, object]) => object.kind === kind && object.apiVersion === apiVersion)
        .map(([, object]) => copy(object)),
    write: (verb, object, { before, dryRun }) => {
      const { uid, resourceVersion } = before?.metadata ?? {};
      const next = marked(createdAt(object, before), uid, resourceVersion);
      if (dryRun === true) return next;
      record(verb, refOf(object));
      // A version tells changes, not requests.
      return before !== undefined && isDeepStrictEqual(next, before) ? next : put(next, uid);
    },
    remove: (verb, ref) => {
      record(verb, ref);
      follows.tell({ before: objects.get(keyOf(ref)), after: undefined });
      objects.delete(keyOf(ref));
    },
  };
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** When an object was made is the server's to say, and stays; one that was placed says it itself. */
function createdAt(
  object: KubernetesObject,
  before: KubernetesObject | undefined,
): KubernetesObject {
  const { creationTimestamp } = before?.metadata ?? { creationTimestamp: now() };
  return { ...object, metadata: { ...object.metadata, creationTimestamp } } as KubernetesObject;
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A copy with what the server alone decides on. */
function marked(
  object: KubernetesObject,
  uid: string | undefined,
  resourceVersion: string | undefined,
): KubernetesObject {
  const { metadata, ...content } = object;
  return copy({ ...content, metadata: { ...metadata, uid, resourceVersion } } as KubernetesObject);
}

function keyOf(ref: ObjectRef): string {
  return `${resourceKindOf(ref).plural} ${formatRef(ref)}`;
}

/** Selectors as meshlift writes them: `key=value` and `key`, separated by commas. */
const BY_NAME = /^metadata\.name=([a-z0-9.-]+)$/;

function isListed({ namespace, labelSelector = '', fieldSelector = '' }: ListOptions) {
  const [, wantedName] = BY_NAME.exec(fieldSelector) ?? [];
  if (/[!()<>]|==/.test(labelSelector) || (fieldSelector !== '' && wantedName === undefined)) {
    throw new Error(`the fake cluster knows no selector ${fieldSelector} ${labelSelector}`);
  }
  const wanted = labelSelector.split(',').filter((each) => each !== '');
  return ({ metadata }: KubernetesObject): boolean =>
    (namespace === undefined || metadata.namespace === namespace) &&
    (wantedName === undefined || metadata.name === wantedName) &&
    wanted.every((each) => {
      const [key = '', value] = each.split('=');
      const found = metadata.labels?.[key];
      return found !== undefined && (value === undefined || value === found);
    });
}

function seen({ metadataOnly }: ListOptions) {
  return (object: KubernetesObject): KubernetesObject => {
    const { apiVersion, kind, metadata } = object;
    return metadataOnly === true ? { apiVersion, kind, metadata } : object;
  };
}

function checkPreconditions({ uid, resourceVersion }: Preconditions, live: KubernetesObject): void {
  const { metadata } = live;
  const isOther = uid !== undefined && uid !== metadata.uid;
  const isLate = (resourceVersion ?? '') !== '' && resourceVersion !== metadata.resourceVersion;
  if (isOther || isLate) throw refused(409, 'Conflict', refOf(live));
}

function refused(code: number, reason: string, ref: ObjectRef): KubernetesError {
  return new KubernetesError({
    code,
    reason,
    message: `${reason} ${formatRef(ref)}`,
    causes: [],
    retryAfterSeconds: undefined,
    request: formatRef(ref),
  });
}

/** RFC 7396. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete merged[key];
    else merged[key] = mergePatched(merged[key], value);
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
