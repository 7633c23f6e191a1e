import { isDeepStrictEqual } from 'node:util';
import type { PartStatus } from './kubernetes/index.ts';
import type { Log } from './log.ts';
import { ownIdentity } from './process-identity.ts';
import { writeRig, type RigEndpoints, type RigExtras, type RigState } from './rig-state.ts';

export interface BoardSubject extends RigExtras {
  readonly name: string;
  readonly bare: boolean;
  readonly stateDir: string;
}

/** The supervisor's account of itself: every change is in `rig.json` at once. */
export class StatusBoard {
  #state: RigState;
  readonly #log: Log;

  constructor(subject: BoardSubject, log: Log) {
    const { name, bare, stateDir, standInProxies = false, controllers = [], istio = [] } = subject;
    const parts = ['temporal', 'kubernetes', ...(bare ? [] : ['mesh']), ...controllers];
    if (standInProxies) parts.push('stand-in-proxies');
    this.#log = log;
    this.#state = {
      name,
      bare,
      standInProxies,
      controllers,
      istio,
      stateDir,
      supervisor: ownIdentity(),
      phase: 'starting',
      startedAt: new Date().toISOString(),
      parts: parts.map((part) => ({ name: part, state: 'starting', detail: '' })),
    };
    writeRig(this.#state);
  }

  /** What a part that is starting is doing just now; what it says later is only for the log. */
  progress(name: string, detail: string): void {
    this.#log(`${name}: ${detail}`);
    const part = this.#state.parts.find((each) => each.name === name);
    if (this.#state.phase !== 'starting' || part?.state === 'ready') return;
    this.#change(this.#with({ name, state: 'starting', detail }));
  }

  set(part: PartStatus): void {
    this.#announce(part);
    this.#change(this.#with(part));
  }

  replace(parts: readonly PartStatus[]): void {
    for (const part of parts) this.#announce(part);
    this.#change(parts.toSorted((a, b) => a.name.localeCompare(b.name)));
  }

  ready(endpoints: RigEndpoints): void {
    this.#log('ready');
    this.#update({ phase: 'ready', readyAt: new Date().toISOString(), endpoints });
  }

  stopping(): void {
    this.#log('stopping');
    this.#update({ phase: 'stopping' });
  }

  failed(error: unknown): void {
    this.#log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    this.#update({ phase: 'failed', error: describe(error) });
  }

  #announce({ name, state, detail }: PartStatus): void {
    const before = this.#state.parts.find((part) => part.name === name);
    if (before !== undefined && before.state !== state) this.#log(`${name} is ${state}: ${detail}`);
  }

  #with(part: PartStatus): PartStatus[] {
    const others = this.#state.parts.map((each) => (each.name === part.name ? part : each));
    return others.includes(part) ? others : [...others, part];
  }

  #change(parts: readonly PartStatus[]): void {
    if (!isDeepStrictEqual(parts, this.#state.parts)) this.#update({ parts });
  }

  #update(change: Partial<RigState>): void {
    this.#state = { ...this.#state, ...change };
    writeRig(this.#state);
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!/address already in use/i.test(message)) return message;
  return `another program took a port of the rig in the moment it was started; run the command again, it will choose another port\n${message}`;
}
