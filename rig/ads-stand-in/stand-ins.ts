import { Admission, type Istiod } from './admission.ts';
import type { OpenStream } from './ads-stream.ts';
import { backOffMs } from './back-off.ts';
import { pause } from './pause.ts';
import type { Proxy, ProxyState } from './proxy.ts';

/** `wanted`: pods that should have a stream; `synced`: those whose proxy has all its configuration. */
export interface StandInCounts {
  readonly wanted: number;
  readonly synced: number;
  /** Ready pods that are kept without a stream on purpose. */
  readonly heldBack: number;
  /** Streams since the beginning. */
  readonly opened: number;
  /** Streams that istiod had no room for. */
  readonly refused: number;
  /** Streams that ended unasked. */
  readonly lost: number;
  readonly streamsByIstiod: Readonly<Record<string, number>>;
}

export interface StandInOptions {
  readonly open: OpenStream;
  readonly newStreamsPerSecond: number;
  readonly log: (line: string) => void;
}

interface Life {
  readonly proxy: Proxy;
  readonly ended: AbortController;
  isSynced: boolean;
}

/** One stream for each proxy that should have one. */
export class StandIns {
  readonly #options: StandInOptions;
  readonly #admission: Admission;
  /** By uid of the pod. */
  readonly #lives = new Map<string, Life>();
  /** By uid: those that would be connected, were they not held back. */
  readonly #heldBack = new Map<string, Proxy>();
  #heldWorkloads: readonly string[] = [];
  #opened = 0;
  #refused = 0;
  #lost = 0;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
  }

  istiodsAre(istiods: readonly Istiod[]): void {
    this.#admission.open(istiods);
  }

  /** Closes the streams of these workloads, each as `namespace/name`, and opens none for them until they are left out again. */
  holdBack(workloads: readonly string[]): void {
    this.#heldWorkloads = workloads;
    const released = [...this.#heldBack.values()].filter((each) => !this.#isHeldBack(each));
    for (const { proxy } of this.#lives.values()) {
      if (this.#isHeldBack(proxy)) this.observe(proxy, 'connect');
    }
    for (const proxy of released) this.observe(proxy, 'connect');
  }

  observe(proxy: Proxy, state: ProxyState): void {
    switch (state) {
      case 'gone':
        this.forget(proxy.uid);
        return;
      case 'connect':
        if (this.#isHeldBack(proxy)) {
          this.forget(proxy.uid);
          this.#heldBack.set(proxy.uid, proxy);
          return;
        }
        this.#heldBack.delete(proxy.uid);
        if (!this.#lives.has(proxy.uid)) this.#begin(proxy);
        return;
      case 'keep':
        return;
    }
  }

  forget(uid: string): void {
    this.#heldBack.delete(uid);
    this.#lives.get(uid)?.ended.abort();
    this.#lives.delete(uid);
  }

  counts(): StandInCounts {
    return {
      wanted: this.#lives.size,
      heldBack: this.#heldBack.size,
      synced: [...this.#lives.values()].filter(({ isSynced }) => isSynced).length,
      opened: this.#opened,
      refused: this.#refused,
      lost: this.#lost,
      streamsByIstiod: this.#admission.streamsByPod(),
    };
  }

  close(): void {
    for (const uid of [...this.#lives.keys()]) this.forget(uid);
    this.#admission.close();
  }

  /** A pod is told by its name, which begins with that of its workload. */
  #isHeldBack({ name }: Proxy): boolean {
    return this.#heldWorkloads.some((workload) => {
      const [namespace = '', own = ''] = workload.split('/');
      return name.startsWith(`${own}-`) && name.endsWith(`.${namespace}`);
    });
  }

  #begin(proxy: Proxy): void {
    const life: Life = { proxy, ended: new AbortController(), isSynced: false };
    this.#lives.set(proxy.uid, life);
    this.#live(proxy, life).catch((error: unknown) =>
      this.#options.log(`${proxy.name}: given up: ${String(error)}`),
    );
  }

  async #live(proxy: Proxy, life: Life): Promise<void> {
    const { signal } = life.ended;
    let failures = 0;
    while (!signal.aborted) {
      const seat = await this.#admission.enter(proxy.revision, signal);
      if (seat === undefined) return;
      const wasSynced = await this.#connect(proxy, life, seat.istiod).finally(seat.leave);
      failures = wasSynced ? 0 : failures + 1;
      await pause(backOffMs(failures, Math.random()), signal);
    }
  }

  /** Resolves when the stream has ended: whether it had all configuration before. */
  async #connect(proxy: Proxy, life: Life, istiod: Istiod): Promise<boolean> {
    this.#opened += 1;
    const { kind, reason } = await this.#options.open({
      address: istiod.address,
      node: proxy.node,
      signal: life.ended.signal,
      onSynced: () => (life.isSynced = true),
    });
    const wasSynced = life.isSynced;
    life.isSynced = false;
    if (kind === 'refused') this.#refused += 1;
    if (kind === 'lost') this.#lost += 1;
    if (kind !== 'closed') this.#options.log(`${proxy.name} at ${istiod.pod}: ${kind}: ${reason}`);
    return wasSynced;
  }
}
