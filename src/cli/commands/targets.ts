import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import { renderTargets } from '../render/targets.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerTargets(program: Command, run: Runner): void {
  program
    .command('targets')
    .summary('show which versions a mesh can go to, and by which hops')
    .description(
      'Judges every version that the installer can supply. Changes nothing and needs no Temporal.',
    )
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift targets prod-eu'],
        json: '{"kind":"targets","cluster":…,"kubernetesVersion":…,"from":[{"revision":…,"version":…,"installer":…}],"rules":{…},"targets":[{"version":…,"direction":"newer","canary":{"verdict":"allowed",…},"inPlace":{…},"kubernetes":{…},"support":{…}}]}',
      }),
    )
    .action((cluster: string) => run((context) => targets(context, cluster)));
}

async function targets(context: CommandContext, cluster: string): Promise<ExitCode> {
  const services = await openMeshServices(context);
  const found = await services.targets(cluster, context.signal);
  context.output.result({ kind: 'targets', ...found }, () => renderTargets(context.output, found));
  return EXIT_CODES.done;
}
