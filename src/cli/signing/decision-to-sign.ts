import {
  SIGNED_DECISIONS,
  type DecisionClaims,
  type SignedDecision,
} from '../../domain/approval/decision-claims.ts';
import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** What the command line says about a decision; each decision is an option of its own. */
export type DecisionFlags = { readonly [Each in SignedDecision]?: true } & {
  readonly gate?: string;
  readonly planDigest?: string;
  readonly step?: string;
  readonly leave?: true;
  readonly reason?: string;
};

/** What a decision binds beside the run: only what was said, or is known of the open gate. */
export type Bound = Pick<DecisionClaims, 'step' | 'leave' | 'reason'>;

/** The one decision that was named. */
export function chosenDecision(flags: DecisionFlags): SignedDecision {
  const [chosen, ...others] = SIGNED_DECISIONS.filter((each) => flags[each] === true);
  if (chosen !== undefined && others.length === 0) return chosen;
  const found =
    chosen === undefined ? 'none' : [chosen, ...others].map((each) => `--${each}`).join(' and ');
  throw usage(
    `expected one decision, such as --approve or --reject, found ${found}. See \`meshlift sign --help\``,
  );
}

export function boundBy({ step, leave, reason }: DecisionFlags): Bound {
  return {
    ...(step === undefined ? {} : { step }),
    ...(leave === undefined ? {} : { leave }),
    ...(reason === undefined ? {} : { reason }),
  };
}

export function usage(message: string): CliError {
  return new CliError('Usage', EXIT_CODES.invalid, message);
}
