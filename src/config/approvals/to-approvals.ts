import type { DeciderPolicy, GatePolicies, GatePolicy } from '../../domain/approval/gate-policy.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Config } from '../config.ts';
import type { ConfigFile, PolicyFile } from '../schema.ts';
import type { GateFile, GatesFile } from './schema.ts';

/** How a policy has its gates; what the file does not name is absent, so that digests of plans stay. */
export function toApprovals({
  approvals,
  gates,
}: Pick<PolicyFile, 'approvals' | 'gates'>): Pick<Policy, 'approvals' | 'gates'> {
  return {
    ...(approvals?.mode === 'signed' ? { approvals: { mode: approvals.mode } } : {}),
    gates: toGates(gates),
  };
}

function toGates({ start, override, wave, complete, halt }: GatesFile): GatePolicies {
  return {
    ...(start === undefined ? {} : { start: toGate(start) }),
    ...(override === undefined ? {} : { override: toGate(override) }),
    ...(wave === undefined ? {} : { wave: { ...toGate(wave), before: wave.before } }),
    complete: toGate(complete),
    ...(halt === undefined ? {} : { halt: toDecider(halt) }),
  };
}

function toGate({
  expires,
  onExpiry,
  quorum,
  planDigestRequired,
  ...decider
}: GateFile): GatePolicy {
  return {
    expiresSeconds: expires,
    ...(onExpiry === undefined ? {} : { onExpiry }),
    ...(quorum === undefined ? {} : { quorum }),
    ...(planDigestRequired === undefined ? {} : { planDigestRequired }),
    ...toDecider(decider),
  };
}

function toDecider({
  roles,
  requesterMayApprove,
}: Pick<GateFile, 'roles' | 'requesterMayApprove'>): DeciderPolicy {
  return {
    ...(roles === undefined ? {} : { roles }),
    ...(requesterMayApprove === undefined ? {} : { requesterMayApprove }),
  };
}

/** With absolute paths; absent where the file names nobody. */
export function toApprovers(
  approvers: ConfigFile['approvers'],
  resolve: (relative: string) => string,
): Pick<Config, 'approvers'> {
  const people = Object.entries(approvers).map(
    ([name, { keys, roles }]) => [name, { keys: keys.map(resolve), roles }] as const,
  );
  return people.length === 0 ? {} : { approvers: Object.fromEntries(people) };
}
