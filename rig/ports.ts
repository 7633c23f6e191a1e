import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

export interface PortAllocator {
  /** A free port on 127.0.0.1 for this name; the same one each time it is asked within a rig. */
  take(name: string): Promise<number>;
}

// Below the range the system uses for outgoing connections, so that no client socket of
// the rig's own busy loopback traffic can sit on a port between its choice and its use.
const FIRST = 20_000;
const COUNT = 12_000;
const STRIDE = 100;

/**
 * Ports are kept in `<stateDir>/ports.json` and survive `down`, so that an environment exported
 * once stays right after the next `up`. Ports of sibling rigs are avoided even while they are down.
 */
export function createPortAllocator(stateDir: string): PortAllocator {
  const file = path.join(stateDir, 'ports.json');
  const recorded = readPorts(file);
  const taken = new Map<string, number>();
  let queue: Promise<unknown> = Promise.resolve();

  async function choose(name: string): Promise<number> {
    const known = taken.get(name) ?? (await stillFree(recorded.get(name)));
    const port = known ?? (await findFree(name));
    taken.set(name, port);
    recorded.set(name, port);
    writePorts(file, recorded);
    return port;
  }

  async function findFree(name: string): Promise<number> {
    const reserved = new Set([...recorded.values(), ...portsOfSiblings(stateDir)]);
    const offset = startOffset(stateDir);
    for (let step = 0; step < COUNT; step += 1) {
      const port = FIRST + ((offset + step) % COUNT);
      if (!reserved.has(port) && (await isFree(port))) return port;
    }
    throw new Error(
      `no free port between ${FIRST} and ${FIRST + COUNT - 1} on 127.0.0.1 for ${name}; end other programs and retry`,
    );
  }

  return {
    take(name) {
      // One at a time: two names asked at once must not be given the same port.
      const next = queue.then(() => choose(name));
      queue = next.catch(() => undefined);
      return next;
    },
  };
}

export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}

async function stillFree(port: number | undefined): Promise<number | undefined> {
  return port !== undefined && (await isFree(port)) ? port : undefined;
}

/** Rigs begin looking at different places, so that two that start at once seldom meet. */
function startOffset(stateDir: string): number {
  const hash = createHash('sha256').update(path.resolve(stateDir)).digest();
  return (hash.readUInt32BE(0) % (COUNT / STRIDE)) * STRIDE;
}

function portsOfSiblings(stateDir: string): number[] {
  const own = path.basename(stateDir);
  const parent = path.dirname(stateDir);
  if (!existsSync(parent)) return [];
  const siblings = readdirSync(parent).filter((name) => name !== own);
  return siblings.flatMap((name) => [...readPorts(path.join(parent, name, 'ports.json')).values()]);
}

function readPorts(file: string): Map<string, number> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return new Map();
    const entries: [string, unknown][] = Object.entries(parsed);
    return new Map(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return new Map();
  }
}

function writePorts(file: string, ports: ReadonlyMap<string, number>): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(Object.fromEntries(ports), undefined, 2)}\n`);
  renameSync(draft, file);
}
