import { formatPath, type InputProblem } from '../request/parse-request.ts';
import type { MaintenanceRequest, StandingPolicy } from './maintenance-request.ts';
import { maintenanceRequest, type StandingPolicyInput } from './schema.ts';

export type ParsedMaintenance =
  | { readonly kind: 'request'; readonly request: MaintenanceRequest }
  | { readonly kind: 'problems'; readonly problems: readonly InputProblem[] };

/** Reads the input of `openMaintenanceWindow`; unknown fields are refused, nothing is coerced. */
export function parseMaintenanceRequest(input: unknown): ParsedMaintenance {
  const { success, data, error } = maintenanceRequest.safeParse(input);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => ({ path: formatPath(path), message }));
    return { kind: 'problems', problems };
  }
  return { kind: 'request', request: { ...data, policy: policyOf(data.policy) } };
}

/** Dropping undefined members keeps the value plain JSON under exactOptionalPropertyTypes. */
function policyOf(policy: StandingPolicyInput): StandingPolicy {
  if (policy.kind !== 'patch' && policy.kind !== 'minor') return policy;
  const { strategy, ...rest } = policy;
  return strategy === undefined ? rest : { ...rest, strategy };
}
