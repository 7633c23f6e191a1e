import { Command, Option } from 'commander';
import { registerAbort } from './commands/abort.ts';
import { registerApprove } from './commands/approve.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerFreeze } from './commands/freeze.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerList } from './commands/list.ts';
import { registerPause } from './commands/pause.ts';
import { registerPlan } from './commands/plan.ts';
import { registerPrecheck } from './commands/precheck.ts';
import type { Register, Runner } from './commands/registration.ts';
import { registerReject } from './commands/reject.ts';
import { registerReport } from './commands/report.ts';
import { registerResume } from './commands/resume.ts';
import { registerRetry } from './commands/retry.ts';
import { registerRollback } from './commands/rollback.ts';
import { registerSchedule } from './commands/schedule.ts';
import { registerShow } from './commands/show.ts';
import { registerSign } from './commands/sign.ts';
import { registerSkip } from './commands/skip.ts';
import { registerStart } from './commands/start.ts';
import { registerTargets } from './commands/targets.ts';
import { registerWatch } from './commands/watch.ts';
import { registerWithdraw } from './commands/withdraw.ts';
import { registerWindows } from './commands/windows.ts';
import { registerWorker } from './commands/worker.ts';
import { EXIT_CODES_HELP } from './exit-codes.ts';
import type { Io } from './io.ts';
import { OUTPUT_FORMATS } from './output.ts';

/** In the order in which a person meets them. */
const COMMANDS: readonly Register[] = [
  registerInspect,
  registerTargets,
  registerPrecheck,
  registerPlan,
  registerStart,
  registerWatch,
  registerShow,
  registerList,
  registerApprove,
  registerReject,
  registerWithdraw,
  registerSign,
  registerPause,
  registerResume,
  registerRetry,
  registerSkip,
  registerRollback,
  registerAbort,
  registerReport,
  registerWindows,
  registerFreeze,
  registerSchedule,
  registerWorker,
  registerCompletion,
];

/** The whole command line, without running anything. */
export function buildProgram(io: Io, version: string, run: Runner): Command {
  const program = new Command('meshlift')
    .description('Upgrades Istio service meshes as durable Temporal workflows.')
    .version(version)
    .option('--config <file>', 'configuration (default: $MESHLIFT_CONFIG, else ./meshlift.yaml)')
    .addOption(
      new Option('-o, --output <format>', 'text for people, json for programs')
        .choices(OUTPUT_FORMATS)
        .default('text'),
    )
    .option('--no-color', 'no colours (also: NO_COLOR)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError('(add --help to see how it is used)')
    .exitOverride()
    .addHelpText(
      'after',
      `\nTemporal is found by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other settings of its own tools.\n\n${EXIT_CODES_HELP}`,
    );
  for (const register of COMMANDS) register(program, run);
  return program;
}
