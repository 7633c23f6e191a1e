import { BACKOFF, pause, pauseAfter, type Backoff } from './backoff.ts';
import { CallerFailed, causeOf, guarded, mayGoOn } from './follow-trouble.ts';
import { KubernetesError } from './kubernetes-error.ts';
import { readList, type ListOptions, type PickObject } from './kubernetes-list.ts';
import type { Transport } from './kubernetes-transport.ts';
import { watchOnce } from './kubernetes-watch.ts';
import { createMirrorItems, type MirrorItems } from './mirror-items.ts';
import type { ResourceKind } from './resource-kinds.ts';

export interface FollowOptions extends ListOptions {
  /** Called after each change of the items, and when the mirror has failed. It may not throw. */
  readonly onChange?: () => void;
  /** Closes the mirror. */
  readonly signal?: AbortSignal;
}

/** The objects of one kind as the API server has them, shortly after it has them. */
export interface Mirror<T> {
  /** By uid; only what `pick` keeps. The same map as long as the mirror lives. */
  readonly items: ReadonlyMap<string, T>;
  /** When the server was last heard, by `performance.now()`: at least every 35 s while it can be reached. */
  heardAt(): number;
  /** Set when it cannot go on by itself (401, 403, 404, an exception of `pick` or `onChange`): the caller decides. */
  failure(): Error | undefined;
  /** When the list was asked for (ms) that the items were last taken from: a watch may miss an event. */
  listedAt(): number;
  /** Changes that `refresh` has shown and the watch has not told since: it is late, or it has missed them. */
  missed(): number;
  /** Lists anew, so that the items are not older than this call. Rejects when the mirror ends before that. */
  refresh(): Promise<void>;
  /** Ends list and watch at once; nothing changes after it. */
  close(): void;
}

export interface FollowTimes {
  /** The server ends a watch by itself after this time. */
  readonly watchSeconds: number;
  /** A watch that has not ended by then never will: its connection is dead. */
  readonly deadMs: number;
  /** A watch that lived this long was a good one: failures are counted anew. */
  readonly goodMs: number;
  /** Trouble that passes is waited for while the first list is not there; then the caller is told. */
  readonly firstListMs: number;
  readonly backoff: Backoff;
}

export const FOLLOW_TIMES: FollowTimes = {
  watchSeconds: 30,
  deadMs: 35_000,
  goodMs: 1_000,
  firstListMs: 30_000,
  backoff: BACKOFF,
};

interface FollowRequest<T> {
  readonly options: FollowOptions;
  readonly pick: PickObject<T>;
  readonly times?: FollowTimes;
}

/** Lists a kind, then watches it until the mirror is closed. Resolves when the first list is complete. */
export async function followKind<T>(
  transport: Transport,
  kind: ResourceKind,
  request: FollowRequest<T>,
): Promise<Mirror<T>> {
  const follower = new Follower(transport, kind, request);
  await follower.begin();
  return {
    items: follower.items,
    heardAt: () => follower.heardAt,
    listedAt: () => follower.listedAt,
    missed: () => follower.missed(),
    failure: () => follower.failure,
    refresh: () => follower.refresh(),
    close: () => follower.close(),
  };
}

/** One loop, which lists and watches by turns; `close` interrupts it, and `refresh` lists beside the watch. */
class Follower<T> {
  heardAt = performance.now();
  listedAt = 0;
  failure: Error | undefined;
  readonly items: ReadonlyMap<string, T>;

  readonly #transport: Transport;
  readonly #kind: ResourceKind;
  readonly #options: FollowOptions;
  readonly #times: FollowTimes;
  readonly #view: MirrorItems<T>;
  readonly #end = new AbortController();
  /** Ends the watch or the pause of this turn alone. */
  #turn = new AbortController();
  #mustList = false;
  /** When the watch of this turn was taken by the server. */
  #openedAt: number | undefined;
  /** Calls of `refresh` that no list has answered which began after them. */
  #asked: PromiseWithResolvers<void>[] = [];
  #isListingBeside = false;

  constructor(transport: Transport, kind: ResourceKind, request: FollowRequest<T>) {
    const { options, pick, times = FOLLOW_TIMES } = request;
    this.#kind = kind;
    this.#options = options;
    this.#times = times;
    this.#transport = {
      open: transport.open,
      send: async (call) => {
        const answer = await transport.send(call);
        this.heardAt = performance.now();
        return answer;
      },
    };
    this.#view = createMirrorItems<T>((object) => guarded(() => pick(object)));
    this.items = this.#view.items;
  }

  missed(): number {
    return this.#view.missed();
  }

  async begin(): Promise<void> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', this.close);
    try {
      await this.#listFirst();
    } catch (error) {
      this.#finish(error);
      throw causeOf(error);
    }
    void this.#run();
  }

  refresh(): Promise<void> {
    const answer = Promise.withResolvers<void>();
    // A caller that does not wait for it learns of the end by `failure`.
    answer.promise.catch(() => undefined);
    this.#asked.push(answer);
    if (this.#end.signal.aborted) this.#finish(this.#end.signal.reason);
    else if (this.#openedAt === undefined) this.#turn.abort();
    else void this.#listBeside();
    return answer.promise;
  }

  /**
   * Lists while the watch goes on, which costs no new one. Never rejects: in trouble, and where a list
   * cannot be told from what the watch has brought, the loop lists in the watch's place.
   */
  async #listBeside(): Promise<void> {
    if (this.#isListingBeside) return;
    this.#isListingBeside = true;
    const turn = this.#turn;
    try {
      let isTaken = true;
      while (isTaken && this.#asked.length > 0 && turn === this.#turn && !turn.signal.aborted) {
        isTaken = await this.#list(turn.signal);
      }
    } catch {
      // Those that asked still wait, and what the loop meets is told by it.
    } finally {
      this.#isListingBeside = false;
      if (this.#asked.length > 0) this.#turn.abort();
    }
  }

  readonly close = (): void => {
    this.#finish(
      this.#options.signal?.reason ?? new Error(`the mirror of ${this.#kind.plural} is closed`),
    );
  };

  async #listFirst(): Promise<void> {
    const begun = performance.now();
    for (let failures = 1; ; failures += 1) {
      try {
        await this.#list();
        return;
      } catch (error) {
        const ms = pauseAfter(failures, error, this.#times.backoff);
        const isLate = performance.now() - begun + ms > this.#times.firstListMs;
        if (isLate || !mayGoOn(error)) throw error;
        await pause(ms, this.#end.signal);
      }
    }
  }

  /** Never rejects: what it cannot go on after is the mirror's failure. */
  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#end.signal.aborted) {
      this.#turn = new AbortController();
      const trouble = await this.#takeTurn();
      if (this.#end.signal.aborted) break;
      const { aborted, reason } = this.#turn.signal as { aborted: boolean; reason: unknown };
      if (trouble !== undefined && trouble !== reason && !mayGoOn(trouble)) {
        this.#fail(trouble);
        break;
      }
      // A connection that is dead, or a refresh: what comes next is due at once.
      if (aborted) continue;
      if (trouble instanceof KubernetesError && trouble.code === 410) this.#mustList = true;
      const wasGood = performance.now() - (this.#openedAt ?? Infinity) >= this.#times.goodMs;
      if (wasGood) failures = 0;
      if (wasGood && trouble === undefined) continue;
      failures += 1;
      const ms = pauseAfter(failures, trouble, this.#times.backoff);
      // Ended early by refresh or close, which the next turn sees.
      await pause(ms, this.#turn.signal).catch(() => undefined);
    }
    // A list that was interrupted has put back those that waited for it.
    this.#finish(this.#end.signal.reason);
  }

  /** A list where one is due, and a watch to its end; what they threw, when they did. */
  async #takeTurn(): Promise<unknown> {
    this.#openedAt = undefined;
    try {
      if (this.#mustList || this.#asked.length > 0) await this.#list();
      await this.#watch(this.#turn);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /**
   * Beside a watch, where its signal is given: the list is of no use once that watch is over. Whether the
   * items are of it now.
   */
  async #list(beside?: AbortSignal): Promise<boolean> {
    const answered = this.#asked;
    this.#asked = [];
    const isFirst = this.#view.version() === '';
    const signal = beside ?? this.#end.signal;
    const askedAt = Date.now();
    try {
      const listing = await readList(this.#transport.send, this.#kind, {
        options: this.#options,
        pick: this.#view.entryOf,
        signal,
      });
      signal.throwIfAborted();
      if (beside === undefined) {
        this.#view.replace(listing);
        this.#mustList = false;
      } else if (!this.#view.merge(listing)) {
        this.#asked.unshift(...answered);
        return false;
      }
      this.listedAt = askedAt;
      if (!isFirst) this.#tell();
    } catch (error) {
      this.#asked.unshift(...answered);
      throw error;
    }
    for (const each of answered) each.resolve();
    return true;
  }

  async #watch({ signal }: AbortController): Promise<void> {
    const { watchSeconds, deadMs } = this.#times;
    const timer = setTimeout(() => this.#turn.abort(), deadMs);
    try {
      const request = { options: this.#options, from: this.#view.version(), seconds: watchSeconds };
      for await (const event of watchOnce(this.#transport.open, this.#kind, {
        ...request,
        signal,
      })) {
        signal.throwIfAborted();
        this.heardAt = performance.now();
        this.#openedAt ??= this.heardAt;
        if (this.#view.apply(event)) this.#tell();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #tell(): void {
    guarded(() => this.#options.onChange?.());
  }

  #fail(trouble: unknown): void {
    const cause = causeOf(trouble);
    this.failure = cause instanceof Error ? cause : new Error(String(cause));
    this.#finish(this.failure);
    if (trouble instanceof CallerFailed) return;
    try {
      this.#options.onChange?.();
    } catch (error) {
      this.failure = new AggregateError([this.failure, error], this.failure.message);
    }
  }

  #finish(reason: unknown): void {
    this.#options.signal?.removeEventListener('abort', this.close);
    this.#end.abort(reason);
    this.#turn.abort(reason);
    for (const each of this.#asked.splice(0)) each.reject(reason);
  }
}
