import type { FollowOptions, Mirror } from '../../src/clients/kubernetes-follow.ts';
import type { PickObject } from '../../src/clients/kubernetes-list.ts';
import type { ResourceKind } from '../../src/clients/resource-kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';

/** One change of a fake cluster: what was there, and what is there now. */
export interface Change {
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

export interface FollowRequest<T> {
  readonly options: FollowOptions;
  readonly pick: PickObject<T>;
  /** What a list with these options has now. */
  readonly list: () => readonly KubernetesObject[];
  /** An object as such a list has it; `undefined` when it has it not. */
  readonly see: (object: KubernetesObject) => KubernetesObject | undefined;
}

/** The mirrors of a fake cluster. */
export interface FakeFollows {
  open<T>(kind: ResourceKind, request: FollowRequest<T>): Promise<Mirror<T>>;
  /** Tells all mirrors, a moment later, as over the wire. */
  tell(change: Change): void;
  /** Whether changes are told from now on: a watch may miss some. */
  mute(isMute: boolean): void;
  /** Ends every mirror with this failure, as a server does that says no. */
  fail(error: Error): void;
}

export function createFollows(): FakeFollows {
  const mirrors = new Set<FakeMirror>();
  let told = 0;
  let isMute = false;
  return {
    open: async (kind, request) => {
      const mirror = new FakeMirror(kind, { ...request, told: () => told });
      mirrors.add(mirror);
      return mirror.shown;
    },
    tell: (change) => {
      told += 1;
      const number = told;
      if (isMute) return;
      for (const mirror of mirrors) queueMicrotask(() => mirror.take(change, number));
    },
    mute: (mute) => {
      isMute = mute;
    },
    fail: (error) => {
      for (const mirror of mirrors) mirror.fail(error);
    },
  };
}

class FakeMirror<T = unknown> {
  readonly shown: Mirror<T>;
  readonly #kind: ResourceKind;
  readonly #request: FollowRequest<T> & { readonly told: () => number };
  readonly #items = new Map<string, T>();
  readonly #end = new AbortController();
  #failure: Error | undefined;
  /** The number of the last change that the last list had, and when it was asked for (ms). */
  #listed = 0;
  #listedAt = 0;
  /** Lists that showed what nobody had told. */
  #missed = 0;

  constructor(kind: ResourceKind, request: FollowRequest<T> & { readonly told: () => number }) {
    this.#kind = kind;
    this.#request = request;
    const { signal } = request.options;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => this.#end.abort(signal.reason));
    this.shown = {
      items: this.#items,
      heardAt: () => performance.now(),
      listedAt: () => this.#listedAt,
      missed: () => this.#missed,
      failure: () => this.#failure,
      refresh: async () => this.#refresh(),
      close: () => this.#end.abort(new Error(`the mirror of ${kind.plural} is closed`)),
    };
    this.#list();
  }

  take({ before, after }: Change, number: number): void {
    const isOurs = [before, after].some((each) => each !== undefined && isOf(each, this.#kind));
    if (this.#end.signal.aborted || !isOurs || number <= this.#listed) return;
    this.#guarded(() => {
      const kept = after === undefined ? undefined : this.#keep(this.#request.see(after));
      const isGone = before !== undefined && uidOf(before) !== kept && this.#drop(before);
      if (kept !== undefined || isGone) this.#request.options.onChange?.();
    });
  }

  fail(error: Error): void {
    if (this.#end.signal.aborted) return;
    this.#failure = error;
    this.#end.abort(error);
    this.#request.options.onChange?.();
  }

  #refresh(): void {
    this.#end.signal.throwIfAborted();
    this.#guarded(() => {
      const before = JSON.stringify([...this.#items]);
      this.#list();
      if (JSON.stringify([...this.#items]) !== before) this.#missed += 1;
      this.#request.options.onChange?.();
    });
    this.#end.signal.throwIfAborted();
  }

  #list(): void {
    this.#listed = this.#request.told();
    this.#listedAt = Date.now();
    this.#items.clear();
    for (const object of this.#request.list()) this.#keep(object);
  }

  /** The uid under which it was kept, when it was. */
  #keep(object: KubernetesObject | undefined): string | undefined {
    const kept = object === undefined ? undefined : this.#request.pick(object);
    if (object === undefined || kept === undefined) return undefined;
    this.#items.set(uidOf(object), kept);
    return uidOf(object);
  }

  #drop(object: KubernetesObject): boolean {
    return this.#items.delete(uidOf(object));
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#end.abort(this.#failure);
    }
  }
}

function isOf(object: KubernetesObject, { apiVersion, kind }: ResourceKind): boolean {
  return object.apiVersion === apiVersion && object.kind === kind;
}

function uidOf({ metadata }: KubernetesObject): string {
  return metadata.uid ?? '';
}
