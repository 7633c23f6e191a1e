import * as z from 'zod';
import { API_VERSION } from '../request/request.ts';
import { refreshRequest, rollbackRequest, upgradeRequest } from '../request/schema.ts';
import { finding } from '../schema.ts';
import { planTimes } from '../time/schema.ts';
import { PLAN_STRATEGIES } from './plan.ts';
import { resolvedPolicy } from './policy/schema.ts';
import { digest, upgradeStep } from './step/schema.ts';

const seconds = z.number().nonnegative();

const revisionAt = z.strictObject({ revision: z.string(), version: z.string() });

/** Schema of `UpgradePlan`. */
export const upgradePlan = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  cluster: z.strictObject({
    name: z.string(),
    uid: z.string().describe('Of the namespace kube-system: the identity of the cluster.'),
  }),
  meshNamespace: z.string(),
  strategy: z.enum(PLAN_STRATEGIES),
  from: revisionAt,
  to: revisionAt,
  nextHops: z
    .array(z.string())
    .exactOptional()
    .describe('Versions to which the same run goes on after this one.'),
  reason: z.string().exactOptional(),
  steps: z.array(upgradeStep),
  policy: resolvedPolicy,
  binaries: z.record(z.string(), z.string()).describe('sha256 of each istioctl, by version.'),
  renderDigest: z
    .string()
    .exactOptional()
    .describe('Of all rendered objects, in order; absent where none is.'),
  takesBack: z
    .string()
    .exactOptional()
    .describe('Of a rollback: the first run id of the recorded run that is taken back.'),
  features: z
    .array(z.string())
    .exactOptional()
    .describe('What the running revision is configured with, in words.'),
  findings: z.array(finding),
});

const estimate = {
  seconds: z
    .strictObject({ least: seconds, most: seconds.exactOptional() })
    .describe('Without the time that people take; most is absent where that is all there is.'),
  apiRequests: z.int().nonnegative().describe('Requests to the API server.'),
};

/** Schema of `PlanEstimate`. */
export const planEstimate = z.strictObject({
  ...estimate,
  steps: z.record(z.string(), z.strictObject(estimate)).describe('By id of the step.'),
});

/** Schema of what `meshlift plan --output json` prints when there is a plan. */
export const plannedFile = z.strictObject({
  kind: z.literal('plan'),
  request: z.union([upgradeRequest, refreshRequest, rollbackRequest]),
  digest,
  estimate: planEstimate,
  times: planTimes.exactOptional(),
  plan: upgradePlan,
  file: z.string().exactOptional().describe('Where it was written, with --out.'),
});
