import type { Command } from 'commander';
import { collectOften } from '../../collect-often.ts';
import { readEnvironment } from '../../config/environment.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerWorker(program: Command, run: Runner): void {
  program
    .command('worker')
    .summary('run a worker in the foreground')
    .description('Runs a worker until Ctrl-C. It finishes or hands over what it has begun.')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift worker --config /etc/meshlift/meshlift.yaml'],
        json: '{"kind":"worker-stopped"} when it has ended',
      }),
    )
    .action(() => run(work, 'by-itself'));
}

async function work(context: CommandContext): Promise<ExitCode> {
  // Before the worker's modules are there: what they leave behind at loading is collected too.
  collectOften();
  const config = await context.config();
  // Says plainly what is wrong with the connection; the worker then makes one of its own.
  await (await context.temporal()).close();
  const { runWorker } = await import('../../worker.ts');
  await runWorker({
    config,
    environment: readEnvironment(context.io.env),
    onReady: ({ taskQueues, namespace }) => {
      const queues = taskQueues.join(', ');
      context.output.say(
        `Polling ${queues} in Temporal namespace ${namespace}; Ctrl-C stops the worker.`,
      );
    },
  });
  context.output.result({ kind: 'worker-stopped' }, () => 'The worker has stopped.');
  return EXIT_CODES.done;
}
