import { runProgram } from './processes.ts';

export interface TemporalAnswer {
  readonly exitCode: number | null;
  /** The JSON value that it printed; undefined when it printed none. */
  readonly value: unknown;
}

/** Temporal's own command line, as a person has it on the PATH. */
export interface TemporalCli {
  readonly run: (...args: readonly string[]) => Promise<TemporalAnswer>;
  /** Whether workers wait for workflow and activity tasks on a queue, as the server sees it. */
  readonly hasWorker: (taskQueue: string) => Promise<boolean>;
}

export interface TemporalCliOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export function createTemporalCli({ env, signal }: TemporalCliOptions): TemporalCli {
  const run = async (...args: readonly string[]): Promise<TemporalAnswer> => {
    const { exitCode, stdout } = await runProgram({
      command: 'temporal',
      args: [...args, '--output', 'json'],
      env,
      stdout: 'capture',
      stderr: 2,
      signal,
    });
    return { exitCode, value: parseJson(stdout) };
  };
  return {
    run,
    async hasWorker(taskQueue) {
      const { value } = await run('task-queue', 'describe', '--task-queue', taskQueue);
      return polledTypes(value).length === 2;
    },
  };
}

/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function polledTypes(description: unknown): string[] {
  const { pollers } = (description ?? {}) as {
    pollers?: readonly { taskQueueType: string }[] | null;
  };
  return [...new Set((pollers ?? []).map(({ taskQueueType }) => taskQueueType))];
}
