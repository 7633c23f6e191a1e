import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { askPassphrase } from '../signing/choose-signer.ts';
import { usage } from '../signing/decision-to-sign.ts';
import { helpTexts, type Runner } from './registration.ts';

interface KeygenOptions {
  readonly out: string;
  readonly passphrase?: true;
}

/** `meshlift sign keygen`. */
export function addKeygen(sign: Command, run: Runner): void {
  sign
    .command('keygen')
    .summary('make a key to sign with')
    .description(
      'Makes an Ed25519 key: FILE for you alone, and FILE.pub for the approvers in meshlift.yaml. Overwrites nothing.',
    )
    .requiredOption('--out <file>', 'where the private key goes')
    .option('--passphrase', 'ask for a passphrase that opens the private key')
    .addHelpText(
      'after',
      helpTexts({
        examples: ['meshlift sign keygen --out ana --passphrase'],
        json: '{"kind":"key","keyId":…,"privateFile":…,"publicFile":…}',
      }),
    )
    .action((options: KeygenOptions) => run((context) => keygen(context, options)));
}

async function keygen(
  context: CommandContext,
  { out, passphrase }: KeygenOptions,
): Promise<ExitCode> {
  const { generateKey } = await import('../../approvals/generate-key.ts');
  const made = await generateKey(
    out,
    passphrase === undefined ? undefined : await newPassphrase(context),
  );
  context.output.result(
    { kind: 'key', ...made },
    () =>
      `The private key is in ${made.privateFile}: keep it to yourself.\n` +
      `The public key is in ${made.publicFile}: name it under "approvers" in meshlift.yaml.\n` +
      `Key id: ${made.keyId}`,
  );
  return EXIT_CODES.done;
}

async function newPassphrase(context: CommandContext): Promise<string> {
  const first = await askPassphrase(context, 'A passphrase for the new key');
  if (first === '') throw usage('expected a passphrase, found none. Leave --passphrase out');
  if ((await askPassphrase(context, 'The same again')) === first) return first;
  throw usage('expected the same passphrase twice, found two. Nothing was made');
}
