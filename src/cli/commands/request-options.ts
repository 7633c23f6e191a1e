import { Option, type Command } from 'commander';
import { STRATEGIES } from '../../domain/planning/plan.ts';
import { RUN_TYPES } from '../../domain/request/request.ts';
import { collectOverride } from '../request-input.ts';

/** The options by which `precheck`, `plan` and `start` take a request. */
export function addRequestOptions(command: Command): Command {
  return command
    .argument('[cluster]', 'a cluster of meshlift.yaml (needed unless a file names it)')
    .option('-t, --target <version>', 'the Istio version to reach, such as 1.26.1')
    .addOption(
      new Option(
        '--type <workflow>',
        'what is done: an upgrade, a downgrade, or a restart of old proxies',
      )
        .choices(RUN_TYPES)
        .default('upgradeMesh'),
    )
    .addOption(
      new Option('--strategy <strategy>', 'beside the running control plane, or over it').choices(
        STRATEGIES,
      ),
    )
    .option(
      '--run <runId>',
      'with --type rollbackMesh: the recorded run to take back (default: the latest)',
    )
    .option('--revision <name>', 'with --type refreshProxies: only proxies of this revision')
    .option('--reason <text>', 'why, for the report')
    .option(
      '--override <code=subject=reason>',
      'accept one finding by name, with the reason; may be repeated',
      collectOverride,
    )
    .option('--take-over <runId>', 'take over the mesh from a dead run, named by its first run id')
    .option('--request <file>', 'read the request from a YAML or JSON file');
}
