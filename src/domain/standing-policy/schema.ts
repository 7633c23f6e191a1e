import * as z from 'zod';
import { STRATEGIES } from '../planning/plan.ts';
import { API_VERSION } from '../request/request.ts';
import { MAINTENANCE_OUTCOMES } from './maintenance-report.ts';

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a name of a-z, 0-9 and "-"');

const days = z.int().min(1).max(365);
const strategy = z
  .enum(STRATEGIES)
  .optional()
  .describe('Beside the running control plane (canary, the default), or over it (in-place).');

/** Schema of `StandingPolicy` as people write it. */
export const standingPolicy = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('resume') })
    .describe('Goes on with what waits for the window, and begins nothing.'),
  z
    .strictObject({ kind: z.literal('fresh-data-plane') })
    .describe('Restarts proxies that are older than their control plane.'),
  z
    .strictObject({
      kind: z.literal('patch'),
      withinDays: days
        .default(7)
        .describe('No more days than that may lie between two openings of the window.'),
      strategy,
    })
    .describe('Upgrades to the newest patch of the running minor.'),
  z
    .strictObject({
      kind: z.literal('minor'),
      supportedDays: days
        .default(30)
        .describe('Days for which the minor has to be out, and supported.'),
      strategy,
    })
    .describe('Upgrades to the newest patch of the next minor.'),
]);

export type StandingPolicyInput = z.output<typeof standingPolicy>;

/** Schema of `MaintenanceRequest` as people write it. */
export const maintenanceRequest = z.strictObject({
  apiVersion: z.literal(API_VERSION).default(API_VERSION),
  cluster: name.describe('A cluster of meshlift.yaml.'),
  window: name.describe('A window of meshlift.yaml.'),
  policy: standingPolicy
    .default({ kind: 'resume' })
    .describe('What is done when no run waits for the window.'),
});

const instant = z.iso.datetime();

/** Schema of `MaintenanceReport`. */
export const maintenanceReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  outcome: z.enum(MAINTENANCE_OUTCOMES),
  cluster: z.string(),
  window: z.string(),
  schedule: z.string().exactOptional().describe('Which started it; absent when a person did.'),
  scheduledAt: instant.exactOptional().describe('For when the schedule had planned it.'),
  run: z
    .strictObject({ workflowId: z.string(), runId: z.string(), type: z.string() })
    .exactOptional()
    .describe('What was started, resumed or found.'),
  because: z.string(),
  missed: z
    .array(instant)
    .describe('When earlier openings began in which this schedule did nothing; oldest first.'),
  undelivered: z
    .array(z.string())
    .exactOptional()
    .describe('Notifications that did not arrive, with who and why.'),
});
