import { InvalidArgumentError, Option, type Command } from 'commander';
import { SIGNED_DECISIONS, type DecisionClaims } from '../../domain/approval/decision-claims.ts';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { renderFacts } from '../render/sections.ts';
import { formatTime } from '../render/time.ts';
import { chooseSigner, type KeyOptions } from '../signing/choose-signer.ts';
import { readClaimsFile } from '../signing/claims-file.ts';
import { claimsOfRun } from '../signing/claims-of-run.ts';
import { usage, type DecisionFlags } from '../signing/decision-to-sign.ts';
import type { RunRef } from '../temporal/run-ref.ts';
import { deliver } from './message-command.ts';
import { helpTexts, RUN_ARGUMENT, type Runner } from './registration.ts';
import { addKeygen } from './sign-keygen.ts';

type SignOptions = DecisionFlags &
  KeyOptions & {
    readonly expires: number;
    readonly claims?: string;
    readonly printClaims?: true;
    readonly send?: true;
    readonly yes?: true;
  };

const JSON_SHAPE =
  '{"kind":"token","token":…,"keyId":…,"claims":{…}}; with --print-claims {"kind":"claims","claims":{…}}; with --send as `approve`';

export function registerSign(program: Command, run: Runner): void {
  const command = program
    .command('sign')
    .argument('[run]', RUN_ARGUMENT)
    .summary('sign a decision, for runs that ask for signatures')
    .description(
      'Signs a decision on a run as it is now, and prints the token alone on standard output. Send it with --send, or paste it into the signal or Update of that name: {"token":"…"}.',
    )
    .option('--key <file>', 'private key: JWK or PKCS#8 PEM, readable by you alone')
    .option('--agent [key]', 'sign by the SSH agent; with several keys, the comment or id of one')
    .option('--reason <text>', 'why, for the report; signed as well')
    .option('--gate <name>', 'only if this gate is the open one')
    .option('--plan-digest <digest>', 'only if this is the plan')
    .option('--step <id>', 'of a retry or skip: which step')
    .option('--leave', 'of an abort: leave all as it stands')
    .addOption(
      new Option('--expires <duration>', 'how long it counts; its gate ends it in any case')
        .argParser(toSeconds)
        .default(3600, '1h'),
    )
    .option('--send', 'send it as well, instead of printing it')
    .option('--print-claims', 'print what would be signed, for a machine without a network')
    .option('--claims <file>', 'sign what --print-claims printed; needs no Temporal')
    .option('-y, --yes', 'do not ask here whether to sign');
  for (const each of SIGNED_DECISIONS) command.option(`--${each}`, `decide: ${each}`);
  command
    .addHelpText(
      'after',
      helpTexts({
        examples: [
          'meshlift sign keygen --out ~/.config/meshlift/ana',
          'meshlift sign prod-eu --approve --key ~/.config/meshlift/ana --reason "CHG-4711"',
          'meshlift sign prod-eu --approve --agent --send',
          'meshlift sign prod-eu --approve --print-claims > claims.json',
          'meshlift sign --claims claims.json --key ana',
        ],
        json: JSON_SHAPE,
      }),
    )
    .action((name: string | undefined, options: SignOptions) =>
      run((context) => sign(context, name, options)),
    );
  addKeygen(command, run);
}

async function sign(
  context: CommandContext,
  name: string | undefined,
  options: SignOptions,
): Promise<ExitCode> {
  const { run, claims } = await findClaims(context, name, options);
  if (options.printClaims === true) {
    context.output.result({ kind: 'claims', claims }, () => JSON.stringify(claims, undefined, 2));
    return EXIT_CODES.done;
  }
  context.output.note(describeClaims(context, claims));
  const signer = await chooseSigner(context, options);
  await confirm(context, `Sign this with the key ${signer.keyId}?`, options.yes === true);
  const { signDecision } = await import('../../approvals/sign-decision.ts');
  const token = await signDecision(claims, signer);
  if (options.send !== true) {
    context.output.result({ kind: 'token', token, keyId: signer.keyId, claims }, () => token);
    return EXIT_CODES.done;
  }
  const session = await context.temporal();
  const message = { name: claims.decision, body: { token } };
  return deliver(context, session, { run, message, asSignal: false });
}

async function findClaims(
  context: CommandContext,
  name: string | undefined,
  options: SignOptions,
): Promise<{ readonly run: RunRef; readonly claims: DecisionClaims }> {
  const { claims: file } = options;
  if (file === undefined) {
    return claimsOfRun(context, name, { flags: options, expiresSeconds: options.expires });
  }
  if (name !== undefined || SIGNED_DECISIONS.some((each) => options[each] === true)) {
    throw usage('expected neither a run nor a decision beside --claims, which names both');
  }
  const claims = await readClaimsFile(file);
  return { run: { workflowId: claims.workflowId }, claims };
}

/** All that the signature binds, on standard error: what a person signs they have seen. */
function describeClaims(context: CommandContext, claims: DecisionClaims): string {
  return renderFacts(context.output, [
    ['Decision', claims.decision],
    ['Run', `${claims.workflowId} (${claims.firstRunId})`],
    ['Cluster', claims.clusterUid],
    ['Gate', claims.gate],
    ['Plan', claims.planDigest],
    ['Evidence', claims.evidenceDigest],
    ['Step', claims.step],
    ['Leave all', claims.leave === undefined ? undefined : 'as it stands'],
    ['Reason', claims.reason],
    ['Counts until', formatTime(claims.expiresAt)],
  ]);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function toSeconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('expected a duration such as 30m, 4h or 2d');
}
