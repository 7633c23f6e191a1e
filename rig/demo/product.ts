import { fileURLToPath } from 'node:url';
import { UserError } from '../user-error.ts';
import { runProgram } from './processes.ts';
import { parseRunDescription, type RunDescription } from './run-description.ts';
import { parseJson, type TemporalCli } from './temporal-cli.ts';
import type { Voice } from './voice.ts';

/** The product as its users have it: its command line, and Temporal's own. */
export interface Product {
  /** Runs a command in sight of the person and answers its exit code. */
  readonly show: (...args: readonly string[]) => Promise<number | null>;
  /** Runs a command quietly and answers its JSON value; undefined when it failed. */
  readonly ask: (...args: readonly string[]) => Promise<unknown>;
  /** What the Temporal server itself says of a run. */
  readonly describeRun: (workflowId: string) => Promise<RunDescription>;
}

export interface ProductOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly temporal: TemporalCli;
  readonly voice: Voice;
  readonly signal: AbortSignal;
}

const STARTER = fileURLToPath(new URL('../../src/starter.ts', import.meta.url));
/** No command of the demo, following a run included, takes longer; a hang must not look like work. */
const COMMAND_LIMIT_MS = 600_000;

export function createProduct({ env, temporal, voice, signal }: ProductOptions): Product {
  const meshlift = async (args: readonly string[], stdout: number | 'capture') => {
    const limit = AbortSignal.timeout(COMMAND_LIMIT_MS);
    try {
      return await runProgram({
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', STARTER, ...args],
        env,
        stdout,
        stderr: 2,
        signal: AbortSignal.any([signal, limit]),
      });
    } catch (error) {
      if (!limit.aborted) throw error;
      const minutes = COMMAND_LIMIT_MS / 60_000;
      throw new UserError(`\`meshlift ${args.join(' ')}\` did not end within ${minutes} minutes`);
    }
  };
  return {
    async show(...args) {
      voice.command(['meshlift', ...args].map(quote).join(' '));
      return (await meshlift(args, voice.fd)).exitCode;
    },
    async ask(...args) {
      const { exitCode, stdout } = await meshlift([...args, '--output', 'json'], 'capture');
      return exitCode === 0 ? parseJson(stdout) : undefined;
    },
    async describeRun(workflowId) {
      const args = ['workflow', 'describe', '--workflow-id', workflowId];
      return parseRunDescription((await temporal.run(...args)).value);
    },
  };
}

function quote(word: string): string {
  return /[\s"']/.test(word) ? `"${word}"` : word;
}
