import { Command, Option } from 'commander';
import { UsageError } from '../../rig/user-error.ts';
import type { Topic } from './topic.ts';

export interface ShowOptions {
  readonly topic: Topic;
  /** Names of parts; empty for all. */
  readonly only: readonly string[];
  readonly output: 'text' | 'json';
}

/** Reads the command line; a topic or part that does not exist is refused with those that do. */
export function readShowOptions(args: readonly string[], topics: readonly Topic[]): ShowOptions {
  const command = new Command('show')
    .description('Does what is claimed of a topic and measures it; exit code 1 when a check fails')
    .argument('<topic>', names(topics))
    .option('--only <part>', 'run this part alone; may be given again', collect, [])
    .addOption(new Option('-o, --output <format>').choices(['text', 'json']).default('text'))
    .addHelpText('after', `\n${topics.map(describe).join('\n')}`)
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride();
  command.parse([...args], { from: 'user' });
  const { only, output } = command.opts<Pick<ShowOptions, 'only' | 'output'>>();
  const [wanted] = command.args;
  const topic = topics.find(({ name }) => name === wanted);
  if (topic === undefined) {
    throw new UsageError(`there is no topic "${wanted ?? ''}"; there are ${names(topics)}`);
  }
  const unknown = only.find((name) => !topic.parts.some((part) => part.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`"${topic.name}" has no part "${unknown}"; it has ${names(topic.parts)}`);
  }
  return { topic, only, output };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function names(items: readonly { readonly name: string }[]): string {
  return items.map(({ name }) => name).join(', ');
}

function describe({ name, title, parts }: Topic): string {
  const lines = parts.map((part) => `  --only ${part.name.padEnd(14)} ${part.title}`);
  return [`Topic ${name}: ${title}`, ...lines].join('\n');
}
