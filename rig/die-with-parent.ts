import { spawnSync } from 'node:child_process';

export interface CommandLine {
  readonly command: string;
  readonly args: string[];
}

/** Wraps a command so that the kernel ends it with its parent, where the system can do that (Linux). */
export type WrapCommand = (commandLine: CommandLine) => CommandLine;

export function createDieWithParent(): WrapCommand {
  if (!isSupported()) return (commandLine) => commandLine;
  return ({ command, args }) => ({
    command: 'setpriv',
    args: ['--pdeathsig', 'KILL', '--', command, ...args],
  });
}

/** `setpriv` of util-linux knows --pdeathsig, the one of BusyBox does not. */
function isSupported(): boolean {
  if (process.platform !== 'linux') return false;
  return spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
}
