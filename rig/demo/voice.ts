import pc from 'picocolors';

/** How the demo speaks to people: standard output, or standard error where that belongs to JSON. */
export interface Voice {
  readonly stream: NodeJS.WriteStream;
  /** The same place for the programs that the demo runs. */
  readonly fd: 1 | 2;
  readonly title: (text: string) => void;
  readonly say: (text: string) => void;
  /** A command, as a person would type it. */
  readonly command: (text: string) => void;
  readonly good: (text: string) => void;
  readonly bad: (text: string) => void;
}

export function createVoice(output: 'text' | 'json'): Voice {
  const stream = output === 'json' ? process.stderr : process.stdout;
  const colors = pc.createColors(stream.isTTY && pc.isColorSupported);
  const write = (line: string): void => void stream.write(`${line}\n`);
  return {
    stream,
    fd: output === 'json' ? 2 : 1,
    title: (text) => write(`\n${colors.bold(`━━ ${text} ━━`)}`),
    say: write,
    command: (text) => write(`\n${colors.cyan(`$ ${text}`)}`),
    good: (text) => write(`${colors.green('✔')} ${text}`),
    bad: (text) => write(`${colors.red('✘')} ${text}`),
  };
}
