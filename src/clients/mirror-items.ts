import type { KubernetesObject } from '../domain/kubernetes-object.ts';
import type { Listing, PickObject } from './kubernetes-list.ts';
import type { WatchEvent } from './kubernetes-watch.ts';

/** An object of a list: its uid, what is kept of it, and its version. */
export type Entry<T> = readonly [uid: string, kept: T, version: string];

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
   * Takes a list that was made beside a watch: what the watch told since is newer and stays. Whether it
   * was taken: one that a bookmark overtook cannot be told from what came before it.
   */
  merge(listing: Listing<Entry<T>>): boolean;
  /** Changes that such lists have shown and the watch has not told since: it may be late, or never do. */
  missed(): number;
  /** Whether the items may have changed. What is known already, or known better, changes nothing. */
  apply(event: WatchEvent): boolean;
}

export function createMirrorItems<T>(pick: PickObject<T>): MirrorItems<T> {
  const items = new Map<string, T>();
  /** Of each item. */
  const versions = new Map<string, string>();
  /** Everything up to this version is in the items: an event that is not newer is an old one. */
  let complete = '';
  /** The version of each object that was heard of since. One that is gone stays, so that no late event revives it. */
  const heard = new Map<string, string>();
  let latest = '';
  /** Of the changes that lists have shown, those of which the watch has not told yet, by uid. */
  const untold = new Set<string>();

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
  const put = ([uid, kept, version]: Entry<T>): void => {
    items.set(uid, kept);
    versions.set(uid, version);
  };
  const drop = (uid: string): boolean => {
    versions.delete(uid);
    return items.delete(uid);
  };
  return {
    items,
    version: () => latest,
    entryOf: (object) => {
      const kept = pick(object);
      if (kept === undefined) return undefined;
      return [uidOf(object), kept, object.metadata.resourceVersion ?? ''];
    },
    replace: ({ items: entries, resourceVersion }) => {
      const listed = new Set(entries.map(([uid]) => uid));
      for (const uid of items.keys()) if (!listed.has(uid)) drop(uid);
      entries.forEach(put);
      // A store that was restored counts anew from an earlier version.
      latest = resourceVersion;
      complete = resourceVersion;
      heard.clear();
      untold.clear();
    },
    merge: ({ items: entries, resourceVersion }) => {
      if (complete !== '' && isNews(complete, resourceVersion)) return false;
      const isKnownBetter = (uid: string): boolean => {
        const version = heard.get(uid);
        return version !== undefined && isNews(version, resourceVersion);
      };
      const isNew = ([uid, , version]: Entry<T>): boolean =>
        !isKnownBetter(uid) && version !== versions.get(uid);
      const news = entries.filter(isNew);
      const listed = new Set(entries.map(([uid]) => uid));
      const gone = [...items.keys()].filter((uid) => !listed.has(uid) && !isKnownBetter(uid));
      gone.forEach(drop);
      news.forEach(put);
      for (const uid of [...gone, ...news.map(([uid]) => uid)]) untold.add(uid);
      reach(resourceVersion);
      if (isNews(resourceVersion, latest)) latest = resourceVersion;
      return true;
    },
    missed: () => untold.size,
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
          const version = object.metadata.resourceVersion ?? '';
          untold.delete(uid);
          if (!accept(uid, version)) return false;
          const kept = event.kind === 'gone' ? undefined : pick(object);
          if (kept === undefined) return drop(uid);
          put([uid, kept, version]);
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
