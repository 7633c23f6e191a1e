import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import type { Listing, PickObject } from './kubernetes-list.ts';
import type { WatchEvent } from './kubernetes-watch.ts';

/** An object of a list: its uid, and what is kept of it. */
export type Entry<T> = readonly [uid: string, kept: T];

/** What one list and the watches after it say is there. */
export interface MirrorItems<T> {
  /** The same map for ever, by uid. */
  readonly items: ReadonlyMap<string, T>;
  /** Where a watch goes on. */
  version(): string;
  /** For a list: what to keep of one object. */
  readonly entryOf: PickObject<Entry<T>>;
  /** Takes a list's word for everything: what it does not have is gone. */
  replace(listing: Listing<Entry<T>>): void;
  /**
   * Takes a list that was made beside a watch: what the watch told since is newer and stays. Whether
   * it was taken: one that a bookmark overtook cannot be told from what came before it.
   */
  merge(listing: Listing<Entry<T>>): boolean;
  /** Whether the items may have changed. What is known already, or known better, changes nothing. */
  apply(event: WatchEvent): boolean;
}

export function createMirrorItems<T>(pick: PickObject<T>): MirrorItems<T> {
  const items = new Map<string, T>();
  /** Everything up to this version is in the items: an event that is not newer is an old one. */
  let complete = '';
  /** The version of each object that was heard of since. One that is gone stays, so that no late event revives it. */
  const heard = new Map<string, string>();
  let latest = '';

  const reach = (version: string): void => {
    complete = version;
    for (const [uid, known] of heard) if (!isNews(known, version)) heard.delete(uid);
  };
  const accept = (uid: string, version: string): boolean => {
    if (!isNews(version, complete) || !isNews(version, heard.get(uid))) return false;
    heard.set(uid, version);
    if (isNews(version, latest)) latest = version;
    return true;
  };
  return {
    items,
    version: () => latest,
    entryOf: (object) => {
      const kept = pick(object);
      return kept === undefined ? undefined : [uidOf(object), kept];
    },
    replace: ({ items: entries, resourceVersion }) => {
      const listed = new Map(entries);
      for (const uid of items.keys()) if (!listed.has(uid)) items.delete(uid);
      for (const [uid, kept] of listed) items.set(uid, kept);
      // A store that was restored counts anew from an earlier version.
      latest = resourceVersion;
      complete = resourceVersion;
      heard.clear();
    },
    merge: ({ items: entries, resourceVersion }) => {
      if (complete !== '' && isNews(complete, resourceVersion)) return false;
      const listed = new Map(entries);
      const isKnownBetter = (uid: string): boolean => {
        const version = heard.get(uid);
        return version !== undefined && isNews(version, resourceVersion);
      };
      for (const uid of items.keys()) {
        if (!listed.has(uid) && !isKnownBetter(uid)) items.delete(uid);
      }
      for (const [uid, kept] of listed) if (!isKnownBetter(uid)) items.set(uid, kept);
      reach(resourceVersion);
      if (isNews(resourceVersion, latest)) latest = resourceVersion;
      return true;
    },
    apply: (event) => {
      switch (event.kind) {
        case 'opened':
          return false;
        case 'bookmark':
          if (isNews(event.resourceVersion, complete)) reach(event.resourceVersion);
          if (isNews(event.resourceVersion, latest)) latest = event.resourceVersion;
          return false;
        case 'changed':
        case 'gone': {
          const { object } = event;
          const uid = uidOf(object);
          if (!accept(uid, object.metadata.resourceVersion ?? '')) return false;
          const kept = event.kind === 'gone' ? undefined : pick(object);
          if (kept === undefined) return items.delete(uid);
          items.set(uid, kept);
          return true;
        }
      }
    },
  };
}

function uidOf({ kind, metadata }: KubernetesObject): string {
  if (metadata.uid === undefined) {
    throw new Error(`${kind} ${metadata.name}: expected a uid, found none: it cannot be followed`);
  }
  return metadata.uid;
}

const DIGITS = /^[0-9]+$/;

/**
 * Whether a resourceVersion is not that version and not before it. Those of one kind are ordered
 * where they are numbers; of others no order is known, and the server's own order of events holds.
 */
export function isNews(version: string, known: string | undefined): boolean {
  if (known === undefined || known === '') return true;
  if (version === known) return false;
  if (!DIGITS.test(version) || !DIGITS.test(known)) return true;
  // Longer than a safe integer some day.
  return BigInt(version) > BigInt(known);
}
