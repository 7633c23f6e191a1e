import * as z from 'zod';
import { STRATEGIES } from '../planning/plan.ts';
import { API_VERSION } from './request.ts';

/** No control characters: texts travel into logs, Markdown and terminals. */
const printable = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]*$/u;

/** A text that is too long is not looked at further: a pattern over megabytes can exhaust the stack. */
const ENDS = { abort: true } as const;

const override = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Za-z0-9]{0,63}$/),
  subject: z.string().min(1).max(300, ENDS).regex(printable),
  reason: z.string().min(1).max(500, ENDS).regex(printable),
});

const shared = {
  apiVersion: z.literal(API_VERSION).default(API_VERSION),
  cluster: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a cluster name such as "prod-eu"'),
};

const options = {
  reason: z.string().min(1).max(500, ENDS).regex(printable).optional(),
  requestedBy: z
    .string()
    .min(1)
    .max(200, ENDS)
    .regex(printable)
    .optional()
    .describe('Who asks; the command line fills it in.'),
  overrides: z.array(override).max(100).default([]),
  takeOver: z.uuid('expected the first run id of the dead run').optional(),
  planDigest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, 'expected a plan digest such as "sha256:…"')
    .optional(),
};

const towards = {
  target: z
    .string()
    .max(40, ENDS)
    .regex(
      /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(-[0-9a-z]+([.-][0-9a-z]+)*)?$/,
      'expected an Istio version such as "1.26.1"',
    ),
  strategy: z
    .enum(STRATEGIES)
    .optional()
    .describe('Beside the running control plane (canary, the default), or over it (in-place).'),
};

/** Schema of `UpgradeRequest` as people write it. */
export const upgradeRequest = z.strictObject({ ...shared, ...towards, ...options });

/** Schema of `DowngradeRequest` as people write it. */
export const downgradeRequest = z.strictObject({ ...shared, ...towards, ...options });

/** What both come to. */
export type VersionRequest = z.output<typeof upgradeRequest>;

/** Schema of `RefreshRequest` as people write it. */
export const refreshRequest = z.strictObject({
  ...shared,
  revision: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a revision such as "1-26-1"')
    .optional(),
  ...options,
});

/** Schema of `RollbackRequest` as people write it. */
export const rollbackRequest = z.strictObject({
  ...shared,
  run: z.uuid('expected the first run id of a recorded run').optional(),
  ...options,
});
