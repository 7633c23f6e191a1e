import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { openMeshServices } from '../mesh-services.ts';
import { renderMesh } from '../render/mesh.ts';
import { helpTexts, type Runner } from './registration.ts';

export function registerInspect(program: Command, run: Runner): void {
  program
    .command('inspect')
    .summary('show a mesh: control planes, tags, defaults, workloads, gateways')
    .description('Reads a mesh and shows it. Changes nothing and needs no Temporal.')
    .argument('<cluster>', 'a cluster of meshlift.yaml')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift inspect prod-eu'],
        json: '{"kind":"mesh","mesh":{"cluster":…,"controlPlanes":[…],"tags":[…],"namespaces":[…],"workloads":[…],…},"inventory":{"controlPlanes":[…],"injectors":[…],"workloads":[…],"gateways":[…],"crds":{"kind":"known","value":[…]},"unread":[…],…}}',
      }),
    )
    .action((cluster: string) => run((context) => inspect(context, cluster)));
}

async function inspect(context: CommandContext, cluster: string): Promise<ExitCode> {
  const services = await openMeshServices(context);
  const { mesh, ...inventory } = await services.inspect(cluster, context.signal);
  context.output.result({ kind: 'mesh', mesh, inventory }, () =>
    renderMesh(context.output, { mesh, ...inventory }),
  );
  return EXIT_CODES.done;
}
