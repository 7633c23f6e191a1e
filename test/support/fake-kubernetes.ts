import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { ListOptions } from '../../src/clients/kubernetes-list.ts';
import type { KubernetesClient, Preconditions } from '../../src/clients/kubernetes.ts';
import { resourceKindOf, type ResourceKind } from '../../src/clients/resource-kinds.ts';
import {
  formatRef,
  refOf,
  type KubernetesObject,
  type ObjectRef,
} from '../../src/domain/kubernetes-object.ts';

/** A cluster in memory, and what was written to it. */
export interface FakeKubernetes extends KubernetesClient {
  /** Puts an object there as somebody else would, whatever was there. */
  place(object: KubernetesObject): KubernetesObject;
  /** Every write that was carried out, as `verb Kind namespace/name`. */
  readonly writes: readonly string[];
  /** Lets that many further writes pass; the one after them is lost as in a crash. */
  crashAfter(writes: number): void;
}

/** Thrown where a process would be gone. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/**
 * The subset that journals, records and changes stand on: uids and resource versions, 404 as
 * `undefined`, 409 AlreadyExists and Conflict, 422 for another uid in a patch, JSON merge patch with
 * `null` as removal, delete preconditions. Server-side apply merges fields without managers. There
 * are no controllers, defaults, admission, selectors or watches.
 */
export function createFakeKubernetes(): FakeKubernetes {
  const objects = new Map<string, KubernetesObject>();
  const writes: string[] = [];
  let clock = 0;
  let left = Number.POSITIVE_INFINITY;

  const stamp = (object: KubernetesObject, before?: KubernetesObject): KubernetesObject => {
    clock += 1;
    const metadata = {
      ...object.metadata,
      uid: before?.metadata.uid ?? `uid-${clock}`,
      resourceVersion: String(clock),
    };
    const stored = structuredClone({ ...object, metadata });
    objects.set(keyOf(refOf(object)), stored);
    return structuredClone(stored);
  };
  const record = (verb: string, ref: ObjectRef): void => {
    if (left <= 0) throw new Crash(`${verb} ${formatRef(ref)}`);
    left -= 1;
    writes.push(`${verb} ${formatRef(ref)}`);
  };
  const must = (ref: ObjectRef): KubernetesObject => {
    const found = objects.get(keyOf(ref));
    if (found === undefined) throw refused(404, 'NotFound', ref);
    return found;
  };
  const listed = (kind: ResourceKind, options: ListOptions = {}): KubernetesObject[] =>
    [...objects.values()].filter(
      (object) =>
        object.kind === kind.kind &&
        object.apiVersion === kind.apiVersion &&
        (options.namespace === undefined || object.metadata.namespace === options.namespace),
    );
  const notHere = (): never => {
    throw new Error('the fake cluster has no such request');
  };

  return {
    writes,
    crashAfter: (count) => {
      left = count;
    },
    place: (object) => {
      objects.delete(keyOf(refOf(object)));
      return stamp(object);
    },
    get: async (ref) => structuredClone(objects.get(keyOf(ref))),
    list: async (kind, options) => listed(kind, options),
    collect: async (kind, options, pick) =>
      listed(kind, options)
        .map(pick)
        .filter((kept) => kept !== undefined),
    getFromPod: notHere,
    getInsidePod: notHere,
    create: async (object) => {
      const ref = refOf(object);
      if (objects.has(keyOf(ref))) throw refused(409, 'AlreadyExists', ref);
      record('create', ref);
      return stamp(object);
    },
    replace: async (object) => {
      const ref = refOf(object);
      const before = must(ref);
      checkVersion(object.metadata.resourceVersion, before);
      record('replace', ref);
      return stamp(object, before);
    },
    apply: async (object, options) => {
      const ref = refOf(object);
      const before = objects.get(keyOf(ref));
      const merged = mergePatched(before ?? {}, object) as KubernetesObject;
      if (options.dryRun === true) return structuredClone(merged);
      record('apply', ref);
      return stamp(merged, before);
    },
    mergePatch: async (ref, patch) => {
      const before = must(ref);
      const { uid, resourceVersion } =
        (patch as { readonly metadata?: Preconditions }).metadata ?? {};
      if (uid !== undefined && uid !== before.metadata.uid) throw refused(422, 'Invalid', ref);
      checkVersion(resourceVersion, before);
      record('patch', ref);
      return stamp(mergePatched(before, patch) as KubernetesObject, before);
    },
    delete: async (ref, preconditions = {}) => {
      const before = objects.get(keyOf(ref));
      if (before === undefined) return false;
      if (preconditions.uid !== undefined && preconditions.uid !== before.metadata.uid) {
        throw refused(409, 'Conflict', ref);
      }
      checkVersion(preconditions.resourceVersion, before);
      record('delete', ref);
      return objects.delete(keyOf(ref));
    },
    jsonPatch: notHere,
    evict: notHere,
    serverVersion: async () => 'v1.33.1',
  };
}

function keyOf(ref: ObjectRef): string {
  return `${resourceKindOf(ref).plural} ${formatRef(ref)}`;
}

function checkVersion(wanted: string | undefined, live: KubernetesObject): void {
  if (wanted === undefined || wanted === '' || wanted === live.metadata.resourceVersion) return;
  throw refused(409, 'Conflict', refOf(live));
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
