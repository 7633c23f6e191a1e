/** A pod that a process on this machine plays, and where its ports are really open. */
export interface Backend {
  readonly namespace: string;
  readonly pod: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Container port to port on 127.0.0.1. */
  readonly hostPorts: ReadonlyMap<number, number>;
  readonly containerPortNames: ReadonlyMap<string, number>;
  isReady(): boolean;
}

/** Every pod played by a process, for those who must find the way to one. */
export class BackendRegistry {
  readonly #backends = new Set<Backend>();
  #turn = 0;

  add(backend: Backend): void {
    this.#backends.add(backend);
  }

  remove(backend: Backend): void {
    this.#backends.delete(backend);
  }

  atAddress(address: string): Backend | undefined {
    return [...this.#backends].find((backend) => backend.address === address);
  }

  /** The ready ones a Service selects, a different one first each time. */
  selectedBy(namespace: string, selector: Readonly<Record<string, string>>): Backend | undefined {
    const candidates = [...this.#backends].filter(
      (backend) =>
        backend.namespace === namespace &&
        backend.isReady() &&
        Object.entries(selector).every(([key, value]) => backend.labels[key] === value),
    );
    this.#turn += 1;
    return candidates[this.#turn % Math.max(1, candidates.length)];
  }
}
