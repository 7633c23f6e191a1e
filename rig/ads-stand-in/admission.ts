/** An istiod that takes streams. */
export interface Istiod {
  readonly pod: string;
  readonly revision: string;
  /** `127.0.0.1:<port>`, where its plain gRPC port is on this machine. */
  readonly address: string;
}

/** A place at an istiod, to be given back when the stream ends. */
export interface Seat {
  readonly istiod: Istiod;
  readonly leave: () => void;
}

interface Desk {
  readonly istiod: Istiod;
  streams: number;
  /** Epoch milliseconds before which it is given no other stream. */
  freeAtMs: number;
}

type Waiter = (desk: Desk) => void;

/**
 * Lets streams to istiods in at an even pace: an istiod takes 15 + 5 per processor new ones a second, lets the next
 * wait for one second, and refuses the rest.
 */
export class Admission {
  readonly #pauseMs: number;
  #desks: readonly Desk[] = [];
  /** Of istiods that take no new streams now, but still have some. */
  #closed: readonly Desk[] = [];
  /** By revision, in order of arrival. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ newStreamsPerSecond }: { readonly newStreamsPerSecond: number }) {
    this.#pauseMs = 1000 / newStreamsPerSecond;
  }

  /** Those that take streams now; of one that is known already the pace and the count go on. */
  open(istiods: readonly Istiod[]): void {
    const known = [...this.#desks, ...this.#closed];
    this.#desks = istiods.map((istiod) => {
      const same = known.find((desk) => isSame(desk.istiod, istiod));
      return same ?? { istiod, streams: 0, freeAtMs: 0 };
    });
    this.#closed = known.filter((desk) => desk.streams > 0 && !this.#desks.includes(desk));
    this.#admit();
  }

  /** A place at the emptiest istiod of the revision, in order of arrival; undefined when the signal came first. */
  enter(revision: string, signal: AbortSignal): Promise<Seat | undefined> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(undefined);
      const queue = this.#queues.get(revision) ?? new Set<Waiter>();
      this.#queues.set(revision, queue);
      const giveUp = (): void => {
        queue.delete(take);
        resolve(undefined);
      };
      function take(desk: Desk): void {
        signal.removeEventListener('abort', giveUp);
        resolve(seatAt(desk));
      }
      signal.addEventListener('abort', giveUp, { once: true });
      queue.add(take);
      this.#admit();
    });
  }

  streamsByPod(): Readonly<Record<string, number>> {
    const emptying = this.#closed.filter(({ streams }) => streams > 0);
    const all = [...emptying, ...this.#desks];
    return Object.fromEntries(all.map(({ istiod, streams }) => [istiod.pod, streams]));
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #admit(): void {
    const now = Date.now();
    for (const [revision, queue] of this.#queues) {
      for (const take of queue) {
        const desk = emptiest(this.#desks, { revision, now });
        if (desk === undefined) break;
        queue.delete(take);
        desk.freeAtMs = now + this.#pauseMs;
        desk.streams += 1;
        take(desk);
      }
    }
    this.#wakeUp(now);
  }

  #wakeUp(now: number): void {
    clearTimeout(this.#timer);
    const awaited = this.#desks.filter(({ istiod }) => this.#queues.get(istiod.revision)?.size);
    if (awaited.length === 0) return;
    const soonest = Math.min(...awaited.map(({ freeAtMs }) => freeAtMs));
    this.#timer = setTimeout(() => this.#admit(), Math.max(0, Math.ceil(soonest - now)));
  }
}

function emptiest(
  desks: readonly Desk[],
  { revision, now }: { readonly revision: string; readonly now: number },
): Desk | undefined {
  return desks
    .filter(({ istiod, freeAtMs }) => istiod.revision === revision && freeAtMs <= now)
    .toSorted((a, b) => a.streams - b.streams)[0];
}

function seatAt(desk: Desk): Seat {
  let hasLeft = false;
  return {
    istiod: desk.istiod,
    leave() {
      if (!hasLeft) desk.streams -= 1;
      hasLeft = true;
    },
  };
}

function isSame(one: Istiod, other: Istiod): boolean {
  return one.pod === other.pod && one.address === other.address;
}
