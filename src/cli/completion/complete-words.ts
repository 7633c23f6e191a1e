import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** What may stand where the cursor is. */
export type Completion =
  | { readonly kind: 'candidates'; readonly candidates: readonly Candidate[] }
  /** A file, which the shell itself knows best how to complete. */
  | { readonly kind: 'files' };

/** Names that only the configuration knows. */
export interface ConfiguredNames {
  readonly clusters: readonly string[];
  /** Versions that there is an istioctl for. */
  readonly versions: readonly string[];
}

/** Reads them, from the file that the command line names, if it names one. */
export type ReadNames = (configFile: string | undefined) => Promise<ConfiguredNames>;

/**
 * What a command line may go on with, from the command tree itself, so that nothing has to be kept
 * in step by hand. The last word is the one that is being typed, perhaps empty.
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  readNames: ReadNames,
): Promise<Completion> {
  const position = findPosition(program, words.slice(0, -1));
  const typed = words.at(-1) ?? '';
  const { command, awaiting } = position;
  const namesOf = (kind: string): Promise<readonly Candidate[]> =>
    listNames(kind, program, () => readNames(position.configFile));

  if (awaiting !== undefined) {
    const value = typed === '=' ? '' : typed;
    return startingWith(value, await completeOption(awaiting, namesOf));
  }
  if (!typed.startsWith('-') || position.onlyArguments) {
    const commands = position.given === 0 ? listCommands(command) : [];
    const argument = argumentAt(command, position.given);
    const values = argument === undefined ? [] : await completeArgument(argument, namesOf);
    return startingWith(typed, candidates([...commands, ...values]));
  }
  const [name = '', value] = typed.split(/=(.*)/s);
  if (value === undefined) return startingWith(typed, candidates(listOptions(command)));
  const option = findOption(command, name);
  const completion = option === undefined ? candidates([]) : await completeOption(option, namesOf);
  return startingWith(typed, attach(`${name}=`, completion));
}

/** How far a command line has come. */
interface Position {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly awaiting: Option | undefined;
  /** Arguments that the command has already. */
  readonly given: number;
  /** After `--` nothing is an option. */
  readonly onlyArguments: boolean;
  readonly configFile: string | undefined;
}

function findPosition(program: Command, words: readonly string[]): Position {
  const start: Position = {
    ...{ command: program, given: 0, onlyArguments: false },
    ...{ awaiting: undefined, configFile: undefined },
  };
  return words.reduce(passWord, start);
}

function passWord(position: Position, word: string): Position {
  const { command, awaiting, given } = position;
  if (awaiting !== undefined) {
    // bash takes `--output=json` for three words.
    return word === '=' ? position : takeValue(position, awaiting, word);
  }
  if (!position.onlyArguments && word === '--') return { ...position, onlyArguments: true };
  if (!position.onlyArguments && word.startsWith('-')) return passOption(position, word);
  const next = given === 0 ? findCommand(command, word) : undefined;
  return next === undefined ? { ...position, given: given + 1 } : { ...position, command: next };
}

function passOption(position: Position, word: string): Position {
  const [name = '', value] = word.split(/=(.*)/s);
  const option = findOption(position.command, name);
  if (option?.required !== true) return position;
  return value === undefined
    ? { ...position, awaiting: option }
    : takeValue(position, option, value);
}

function takeValue(position: Position, option: Option, value: string): Position {
  const configFile = option.long === '--config' ? value : position.configFile;
  return { ...position, awaiting: undefined, configFile };
}

function findCommand(command: Command, name: string): Command | undefined {
  return visibleCommands(command).find((each) => each.name() === name);
}

/** An option of the command or of those above it, by its short or long name. */
function findOption(command: Command, name: string): Option | undefined {
  return visibleOptions(command).find(({ short, long }) => name === short || name === long);
}

function visibleCommands(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function visibleOptions(command: Command): readonly Option[] {
  const help = command.createHelp();
  const own = help.visibleOptions(command);
  return command.parent === null ? own : [...own, ...help.visibleGlobalOptions(command)];
}

function listCommands(command: Command): readonly Candidate[] {
  return visibleCommands(command).map((each) => ({
    value: each.name(),
    description: each.summary() || each.description(),
  }));
}

function listOptions(command: Command): readonly Candidate[] {
  return visibleOptions(command).flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ value: long, description }],
  );
}

/** The argument that comes next; the last one may take any number. */
function argumentAt(command: Command, given: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[given] ?? (last?.variadic === true ? last : undefined);
}

type NamesOf = (kind: string) => Promise<readonly Candidate[]>;

async function completeOption(
  { argChoices, flags, description }: Option,
  namesOf: NamesOf,
): Promise<Completion> {
  if (argChoices !== undefined) return candidates(choices(argChoices, description));
  const [, kind = ''] = /<([^>]+)>/.exec(flags) ?? [];
  return kind === 'file' ? { kind: 'files' } : candidates(await namesOf(kind));
}

async function completeArgument(
  argument: Argument,
  namesOf: NamesOf,
): Promise<readonly Candidate[]> {
  const { argChoices, description } = argument;
  return argChoices === undefined ? namesOf(argument.name()) : choices(argChoices, description);
}

/** By what arguments and options call their value in the help; a run may be named by its cluster. */
async function listNames(
  kind: string,
  program: Command,
  read: () => Promise<ConfiguredNames>,
): Promise<readonly Candidate[]> {
  switch (kind) {
    case 'cluster':
    case 'run':
      return choices((await read()).clusters, 'cluster');
    case 'version':
      return choices((await read()).versions, 'Istio version');
    case 'command':
      return listCommands(program);
    default:
      return [];
  }
}

function choices(values: readonly string[], description: string): readonly Candidate[] {
  return values.map((value) => ({ value, description }));
}

function candidates(list: readonly Candidate[]): Completion {
  return { kind: 'candidates', candidates: list };
}

/** Of files a shell completes only whole words, so none are offered after `--option=`. */
function attach(prefix: string, completion: Completion): Completion {
  if (completion.kind === 'files') return candidates([]);
  return candidates(
    completion.candidates.map((each) => ({ ...each, value: `${prefix}${each.value}` })),
  );
}

function startingWith(typed: string, completion: Completion): Completion {
  if (completion.kind === 'files') return completion;
  return candidates(completion.candidates.filter(({ value }) => value.startsWith(typed)));
}
