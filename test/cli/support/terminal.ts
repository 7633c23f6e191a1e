import { PassThrough } from 'node:stream';
import type { Io } from '../../../src/cli/io.ts';

/** A question, and the keys that answer it. */
export type Typed = readonly [question: string, keys: string];

export interface Terminal {
  readonly io: Io;
  /** What standard output got, and what was on the screen, with its colours. */
  readonly read: () => { readonly stdout: string; readonly screen: string };
}

/** A terminal for a command that runs in this process; keys are pressed as their question appears. */
export function openTerminal(answers: readonly Typed[]): Terminal {
  const [stdin, stdout, stderr] = [keyboard(), new PassThrough(), screenOf()];
  const left = [...answers];
  let [printed, screen, sinceLast] = ['', '', ''];
  stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  stderr.on('data', (chunk: Buffer) => {
    screen += chunk.toString();
    sinceLast += chunk.toString();
    const [question, keys] = left[0] ?? [];
    if (question === undefined || !sinceLast.includes(question)) return;
    left.shift();
    sinceLast = '';
    // One by one, as people do: a prompt that redraws itself takes them as they come.
    for (const each of keys ?? '') setImmediate(() => stdin.write(each));
  });
  return {
    io: { stdin, stdout, stderr, env: {} } as unknown as Io,
    read: () => ({ stdout: printed, screen }),
  };
}

function keyboard(): PassThrough {
  const stream = new PassThrough();
  return Object.assign(stream, { isTTY: true, isRaw: false, setRawMode: () => stream });
}

function screenOf(): PassThrough {
  return Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 });
}
