import path from 'node:path';
import { isSameProcess, type ProcessIdentity } from '../../rig/process-identity.ts';
import { ProcessRecord } from '../../rig/process-record.ts';
import { readRig, stateDirOf } from '../../rig/rig-state.ts';
import { stateRoot } from '../../rig/xdg.ts';
import { findOwnLeftovers } from '../lib/leftovers.ts';

/** Every process that a command and its rig were seen to have, to see later that none is left. */
export interface ProcessWatch {
  /** Ends the watch; how many there were, and which of them still run. */
  readonly end: () => ProcessesSeen;
}

export interface ProcessesSeen {
  readonly seen: number;
  readonly left: readonly string[];
}

export interface WatchedProcesses {
  /** The rig whose processes belong to the command. */
  readonly rig: string;
  /** What the command's own children inherit in their environment. */
  readonly marker: string;
}

const LOOK_MS = 1_000;

/** By record and by inheritance, each with pid and start time, and never by name. */
export function watchProcesses(watched: WatchedProcesses): ProcessWatch {
  const seen = new Map<string, ProcessIdentity & { readonly name: string }>();
  const look = (): void => {
    for (const found of [...recorded(watched.rig), ...inherited(watched.marker)]) {
      seen.set(`${found.pid}@${found.startTime}`, found);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    end() {
      clearInterval(timer);
      look();
      const left = [...seen.values()].filter(isSameProcess);
      return { seen: seen.size, left: left.map(({ pid, name }) => `${pid} ${name}`) };
    },
  };
}

type Named = ProcessIdentity & { readonly name: string };

function recorded(rig: string): readonly Named[] {
  const supervisor = readRig(rig)?.supervisor;
  const places = [stateDirOf(rig), path.join(stateRoot(), rig)];
  return [
    ...(supervisor === undefined ? [] : [{ ...supervisor, name: 'supervisor' }]),
    ...places.flatMap((dir) => new ProcessRecord(dir).load()),
  ];
}

function inherited(marker: string): readonly Named[] {
  return findOwnLeftovers(marker).map(({ pid, startTime, command }) => ({
    pid,
    startTime,
    name: command,
  }));
}
