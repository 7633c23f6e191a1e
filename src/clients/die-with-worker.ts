import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/**
 * How children are kept from outliving this process, even when it is killed with SIGKILL.
 * `parent-death-signal`: the kernel kills the child (Linux with util-linux).
 * `watchdog`: a small helper process notices that its pipe to us has closed.
 */
export const CONTAINMENTS = ['parent-death-signal', 'watchdog'] as const;
export type Containment = (typeof CONTAINMENTS)[number];

/** What this machine offers. `setpriv` of util-linux knows --pdeathsig, the one of BusyBox does not. */
export function detectContainment(): Containment {
  if (process.platform !== 'linux') return 'watchdog';
  const probe = spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { timeout: 5_000 });
  return probe.status === 0 ? 'parent-death-signal' : 'watchdog';
}

/** The command line that arms the containment before the command itself runs. */
export function containedCommand(
  containment: Containment,
  command: string,
  args: readonly string[],
): { readonly command: string; readonly args: readonly string[] } {
  return containment === 'parent-death-signal'
    ? { command: 'setpriv', args: ['--pdeathsig', 'KILL', '--', command, ...args] }
    : { command, args };
}

/** Ends the watch over one child; safe to call twice. */
export type Unwatch = () => void;

/** Reads our pipe until it closes; without a farewell we died, and the child's group dies too. */
const WATCHDOG_SCRIPT = `
let farewell = false;
process.stdin.on('data', () => { farewell = true; });
process.stdin.on('end', () => {
  if (farewell) return;
  try {
    process.kill(-Number(process.argv[1]), 'SIGKILL');
  } catch (error) {
    // The group has ended by itself; anything else must be seen.
    if (error.code !== 'ESRCH') throw error;
  }
});`;

/** Watches a child that leads its own process group; nothing to do where the kernel does it. */
export function watchChild(containment: Containment, child: ChildProcess): Unwatch {
  if (containment === 'parent-death-signal' || child.pid === undefined) return () => undefined;
  const watchdog = spawn(process.execPath, ['-e', WATCHDOG_SCRIPT, String(child.pid)], {
    detached: true,
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const stdin = watchdog.stdin;
  // A watchdog that cannot be started or was killed must not take the worker with it.
  watchdog.on('error', () => undefined);
  stdin?.on('error', () => undefined);
  watchdog.unref();
  return () => stdin?.end('done');
}
