import { assertNever } from '../assert-never.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { StandingPolicy } from './maintenance-request.ts';

/** `take patch releases within 7 days`. */
export function describePolicy(policy: StandingPolicy): string {
  switch (policy.kind) {
    case 'resume':
      return 'go on with what waits for the window';
    case 'fresh-data-plane':
      return 'keep the data plane fresh';
    case 'patch':
      return `take patch releases within ${describeCount(policy.withinDays, 'day')}${how(policy)}`;
    case 'minor':
      return `take the next minor when it has been supported for ${describeCount(policy.supportedDays, 'day')}${how(policy)}`;
    default:
      return assertNever(policy);
  }
}

function how({ strategy }: { readonly strategy?: string }): string {
  return strategy === undefined ? '' : `, ${strategy}`;
}
