import { Argument, type Command } from 'commander';
import { completeWords, type ConfiguredNames } from '../completion/complete-words.ts';
import { encodeCompletion } from '../completion/encode-completion.ts';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.ts';
import { readConfigIfAny } from '../config-file.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerCompletion(program: Command, run: Runner): void {
  program
    .command('completion')
    .summary('print the completion script of a shell')
    .description(
      'Prints a script by which a shell completes commands, options, clusters of meshlift.yaml and versions.',
    )
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'eval "$(meshlift completion bash)"    # in ~/.bashrc; zsh in ~/.zshrc, after compinit',
          'meshlift completion fish > ~/.config/fish/completions/meshlift.fish',
        ],
        json: '{"kind":"completion","shell":…,"script":…}',
      }),
    )
    .action((shell: Shell) =>
      run(async ({ output }) => {
        const script = completionScript(shell);
        output.result({ kind: 'completion', shell, script }, () => script);
        return EXIT_CODES.done;
      }),
    );
  registerComplete(program, run);
}

/** What the scripts ask at each Tab. Whatever is wrong, a person who types must not see it. */
function registerComplete(program: Command, run: Runner): void {
  program
    .command('complete', { hidden: true })
    .description('Answers a completion script: `complete -- WORDS`, the last one being typed.')
    .argument('[words...]')
    .action((words: readonly string[]) =>
      run(async ({ io }) => {
        const completion = await completeWords(program, words, (file) => readNames(io, file));
        io.stdout.write(encodeCompletion(completion));
        return EXIT_CODES.done;
      }),
    );
}

async function readNames(io: Io, configFile: string | undefined): Promise<ConfiguredNames> {
  try {
    const config = await readConfigIfAny(io, configFile);
    return {
      clusters: [...(config?.clusters.keys() ?? [])],
      versions: Object.keys(config?.istioctl ?? {}),
    };
  } catch {
    // A configuration that cannot be read has no names to offer; the command itself will say why.
    return { clusters: [], versions: [] };
  }
}
