import * as z from 'zod';
import { APPROVAL_MODES, GATED_WAVES, ON_EXPIRY } from '../../approval/gate-policy.ts';
import { CONNECTION_POLICIES, ON_BREACH, RESTART_POLICIES } from '../../policy.ts';

const seconds = z.number().nonnegative();
const decider = {
  roles: z.array(z.string()).exactOptional(),
  requesterMayApprove: z.boolean().exactOptional(),
};
const gateMembers = {
  ...decider,
  expiresSeconds: seconds,
  onExpiry: z.enum(ON_EXPIRY).exactOptional(),
  quorum: z.int().positive().exactOptional(),
  planDigestRequired: z.boolean().exactOptional(),
};
const gate = z.strictObject(gateMembers);

const windowNames = z.array(z.string()).exactOptional();

/** Schema of `Policy`: resolved, as it is in force for a whole run. */
export const resolvedPolicy = z
  .strictObject({
    name: z.string(),
    soakSeconds: z.strictObject({ controlPlane: seconds, wave: seconds, mesh: seconds }),
    healthPollSeconds: seconds,
    approvals: z.strictObject({ mode: z.enum(APPROVAL_MODES) }).exactOptional(),
    gates: z.strictObject({
      start: gate.exactOptional(),
      override: gate.exactOptional(),
      wave: z.strictObject({ ...gateMembers, before: z.enum(GATED_WAVES) }).exactOptional(),
      complete: gate,
      halt: z.strictObject(decider).exactOptional(),
    }),
    windows: z
      .strictObject({
        prepare: windowNames,
        controlPlane: windowNames,
        dataPlane: windowNames,
        complete: windowNames,
        compensation: z.enum(['always', 'window']),
      })
      .exactOptional(),
    waves: z.strictObject({
      critical: z.array(z.string()),
      first: z.array(z.string()).exactOptional(),
      percentages: z.array(z.number()).exactOptional(),
      maxWorkloadsPerWave: z.number().exactOptional(),
    }),
    restart: z.strictObject({
      method: z.enum(RESTART_POLICIES).exactOptional(),
      maxPodsInFlight: z.number(),
      maxPodsPerSecond: z.number().exactOptional(),
      maxFailures: z.union([z.number(), z.string()]).exactOptional(),
      onBreach: z.enum(ON_BREACH).exactOptional(),
      workloadDeadlineSeconds: seconds,
      recreateBarePods: z.boolean().exactOptional(),
    }),
    census: z
      .strictObject({ connections: z.enum(CONNECTION_POLICIES), waitSeconds: seconds })
      .exactOptional(),
    controlPlaneDeadlineSeconds: seconds,
    pruneGraceSeconds: seconds,
    haltExpirySeconds: seconds,
  })
  .meta({ id: 'Policy' });
