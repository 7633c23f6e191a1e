import * as z from 'zod';
import {
  APPROVAL_MODES,
  GATED_WAVES,
  ON_EXPIRY,
  type DeciderPolicy,
} from '../../domain/approval/gate-policy.ts';
import { duration, name } from '../values/schema.ts';

const decider = {
  /** Roles one of which is needed; without them every approver may. */
  roles: z.array(name).min(1).max(20).optional(),
  requesterMayApprove: z.boolean().optional(),
};

const beforeAnything = z.strictObject({
  ...decider,
  expires: duration.default(86_400),
  quorum: z.number().int().positive().max(20).optional(),
  planDigestRequired: z.boolean().optional(),
});

const gate = z.strictObject({ ...beforeAnything.shape, onExpiry: z.enum(ON_EXPIRY).optional() });

/** The gates of a policy. */
export const gates = z.strictObject({
  start: beforeAnything.optional(),
  override: beforeAnything.optional(),
  wave: z.strictObject({ ...gate.shape, before: z.enum(GATED_WAVES).default('first') }).optional(),
  complete: gate.prefault({}),
  halt: z.strictObject(decider).optional(),
});

export const approvals = z.strictObject({ mode: z.enum(APPROVAL_MODES).default('open') });

/** Who may decide, by name; the keys are read anew at each decision. */
export const approvers = z.record(
  name,
  z.strictObject({
    /** Files with public keys (Ed25519), as JWK or PEM. Relative paths are relative to this file. */
    keys: z.array(z.string().min(1)).min(1).max(20),
    roles: z.array(name).max(20).default([]),
  }),
);

export type GateFile = z.output<typeof gate>;
export type GatesFile = z.output<typeof gates>;
type ApproversFile = z.output<typeof approvers>;

interface Checked {
  readonly policies: Readonly<
    Record<
      string,
      {
        readonly approvals?: z.output<typeof approvals> | undefined;
        readonly gates: GatesFile;
      }
    >
  >;
  readonly approvers: ApproversFile;
}

/** Gates that nobody, or too few, could ever pass are refused at once. */
export function checkGates(file: Checked, context: z.core.$RefinementCtx): void {
  for (const [policy, { approvals: asked, gates: found }] of Object.entries(file.policies)) {
    for (const [kind, each] of Object.entries(found)) {
      if (each === undefined) continue;
      const problem = asked?.mode === 'signed' ? lackOf(each, file.approvers) : problemOfOpen(each);
      if (problem === undefined) continue;
      const path = ['policies', policy, 'gates', kind, ...problem.at];
      context.addIssue({ code: 'custom', path, message: problem.message });
    }
  }
}

interface Problem {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

type Asked = { [K in keyof DeciderPolicy]?: DeciderPolicy[K] | undefined } & {
  readonly quorum?: number | undefined;
};

/** Roles are proven by signatures, and by nothing else. */
function problemOfOpen({ roles }: Asked): Problem | undefined {
  return roles === undefined
    ? undefined
    : {
        at: ['roles'],
        message: 'expected "approvals: { mode: signed }" in the policy: a role is proven by a key',
      };
}

function lackOf({ roles, quorum = 1 }: Asked, known: ApproversFile): Problem | undefined {
  const people = Object.entries(known);
  const unheld = (roles ?? []).findIndex(
    (role) => !people.some(([, person]) => person.roles.includes(role)),
  );
  if (unheld >= 0) {
    const held = [...new Set(people.flatMap(([, person]) => person.roles))].sort().join(', ');
    const message = `expected a role that an approver holds (${held || 'none'}), found "${roles?.[unheld] ?? ''}"`;
    return { at: ['roles', unheld], message };
  }
  const able = people.filter(
    ([, person]) => roles === undefined || person.roles.some((role) => roles.includes(role)),
  );
  if (able.length >= quorum) return undefined;
  const names = able.map(([each]) => each).join(', ') || 'nobody';
  return {
    at: ['quorum'],
    message: `expected at least ${quorum} of "approvers" who may decide here, found ${able.length} (${names})`,
  };
}
