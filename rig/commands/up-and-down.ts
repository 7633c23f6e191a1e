import pc from 'picocolors';
import type { PartStatus } from '../kubernetes/index.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { readRig, type RigExtras, type RigState } from '../rig-state.ts';
import { prepareRig, startRig, stopRig, type StartedRig } from '../start-rig.ts';
import { superviseRig } from '../supervisor.ts';
import { UserError } from '../user-error.ts';
import { rigCommand } from './running-rig.ts';

export interface UpOptions extends RigExtras {
  readonly name: string;
  readonly bare: boolean;
  readonly foreground: boolean;
}

const WATCH_MS = 100;

export async function runUp(options: UpOptions): Promise<void> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, () => stop.abort());
  try {
    await (options.foreground
      ? upInForeground(options, stop.signal)
      : upInBackground(options, stop.signal));
  } catch (error) {
    if (stop.signal.aborted) throw new UserError(`interrupted; rig "${options.name}" is down`);
    throw error;
  }
}

export async function runDown(name: string): Promise<void> {
  const wasThere = await stopRig(name);
  process.stdout.write(
    `rig "${name}" is ${wasThere ? 'down' : 'not up; there is nothing to take down'}\n`,
  );
}

async function upInBackground(options: UpOptions, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const onChange = createProgressPrinter();
  const started = await startRig({ ...options, signal, onWait, onChange });
  announce(started, { seconds: (Date.now() - startedAt) / 1000, asked: options });
}

async function upInForeground(options: UpOptions, signal: AbortSignal): Promise<void> {
  const { name } = options;
  const startedAt = Date.now();
  let held: Promise<void> = Promise.resolve();
  const started = await prepareRig({ ...options, signal, onWait }, async (request) => {
    held = superviseRig(request, signal);
    return untilReady(name, held);
  });
  announce(started, { seconds: (Date.now() - startedAt) / 1000, asked: options });
  if (started.wasUp) return;
  say(pc.dim('Ctrl-C takes it down'));
  await held;
  say(`rig "${name}" is down`);
  // Sockets of the parts in this process may still be closing; nothing waits for them.
  process.exit(0);
}

/** The supervisor in this process reports the same way as one in the background: through its file. */
async function untilReady(name: string, held: Promise<void>): Promise<RigState> {
  const print = createProgressPrinter();
  const watch = { ended: false };
  void held.finally(() => (watch.ended = true)).catch(() => undefined);
  for (;;) {
    const { ended } = watch;
    const state = readRig(name);
    if (state !== undefined) print(state);
    if (state?.phase === 'ready' && !ended) return state;
    if (ended)
      throw new UserError(`rig "${name}" did not start: ${state?.error ?? 'it was stopped'}`);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

function announce(
  { state, wasUp }: StartedRig,
  { seconds, asked }: { seconds: number; asked: UpOptions },
): void {
  const { name, endpoints } = state;
  if (wasUp) {
    const others = differencesOf(asked, state);
    const hint =
      others.length === 0 ? '' : `, ${others.join(', ')}; take it down first to change that`;
    say(`rig "${name}" is up already${hint}`);
  } else {
    say(`rig "${name}" is ${pc.green('ready')} after ${seconds.toFixed(1)} s`);
  }
  say(`Temporal UI: ${endpoints?.temporalUi ?? ''}`);
  say(`for your shell: eval "$(${rigCommand('env', name).replace('run', 'run -s')})"`);
}

/** How a rig that is up is not as it was asked for. */
function differencesOf(asked: UpOptions, state: RigState): string[] {
  const isStandIn = state.standInProxies ?? false;
  return [
    ...(asked.bare === state.bare ? [] : [state.bare ? 'bare' : 'with its mesh']),
    ...((asked.standInProxies ?? false) === isStandIn
      ? []
      : [isStandIn ? 'with stand-in proxies' : 'without stand-in proxies']),
    ...(asked.controllers ?? [])
      .filter((each) => !state.controllers?.includes(each))
      .map((each) => `without ${each}`),
    ...(asked.istio ?? [])
      .filter((each) => !state.istio?.includes(each))
      .map((each) => `without Istio ${each}`),
  ];
}

function onWait({ pid }: ProcessIdentity): void {
  say(`process ${pid} is bringing this rig up or down; waiting for it`);
}

/** Prints each part when its state or what it is doing changes. */
export function createProgressPrinter(): (state: RigState) => void {
  const startedAt = Date.now();
  const shown = new Map<string, string>();
  return ({ parts, phase }) => {
    if (phase !== 'starting') return;
    for (const part of parts) {
      const line = progressLine(part);
      if (line === undefined || shown.get(part.name) === line) continue;
      shown.set(part.name, line);
      say(`${pc.dim(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s`)}  ${line}`);
    }
  };
}

function progressLine({ name, state, detail }: PartStatus): string | undefined {
  if (state === 'starting' && detail === '') return undefined;
  const word = state === 'ready' ? `${pc.green('ready')} ` : '';
  return `${name.padEnd(11)} ${word}${pc.dim(detail)}`;
}

/** Standard output is for answers (`env`, `status`); what goes on is told on standard error. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
