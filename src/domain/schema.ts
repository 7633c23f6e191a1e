import * as z from 'zod';
import { FINDING_CODES, SEVERITIES } from './finding.ts';
import type { Json } from './kubernetes-object.ts';
import { OUTCOMES } from './outcome.ts';
import { API_VERSION } from './request/request.ts';

/** Schema of `Json`. */
export const json: z.ZodType<Json> = z.json().meta({ id: 'Json' });

const drift = z
  .strictObject({
    ref: z.strictObject({
      apiVersion: z.string(),
      kind: z.string(),
      namespace: z.string().exactOptional(),
      name: z.string(),
    }),
    field: z.string().describe('Empty where it is the whole object.'),
    kind: z.enum(['changed', 'added', 'removed']).describe('What somebody did to it.'),
    manager: z.string().exactOptional().describe('Who, as the API server recorded it.'),
    expected: json.exactOptional().describe('What the installer made of it.'),
    found: json.exactOptional().describe('What is there now.'),
    next: json.exactOptional().describe('What will be there once the object is applied.'),
    outcome: z.enum(['reset', 'kept']).describe('Whether applying the object takes it back.'),
  })
  .meta({ id: 'Drift' });

/** Schema of `Finding`. */
export const finding = z
  .strictObject({
    code: z.enum(FINDING_CODES).describe('Stable; docs/finding-codes.md explains each.'),
    severity: z
      .enum(SEVERITIES)
      .describe(
        'blocking stops a run, overridable stops it unless the request accepts it by name.',
      ),
    subject: z.string().describe('The object it is about, as an override has to name it.'),
    message: z.string().describe('What was expected and what was found.'),
    remedy: z.string().describe('What to do next.'),
    overriddenBecause: z
      .string()
      .exactOptional()
      .describe('The reason with which the request accepts it.'),
    drift: z
      .array(drift)
      .exactOptional()
      .describe('Of DirectEdit: the fields, those that would be reset first.'),
  })
  .meta({ id: 'Finding' });

const instant = z.iso.datetime();

const stepReport = z.strictObject({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  state: z.enum([
    'pending',
    'begun',
    'done',
    'failed',
    'skipped',
    'undoing',
    'undone',
    'undo-failed',
  ]),
  begunAt: instant.exactOptional(),
  endedAt: instant.exactOptional(),
  undoBegunAt: instant.exactOptional(),
  undoEndedAt: instant.exactOptional(),
  detail: z.string().exactOptional(),
});

const revisionAt = z.strictObject({ revision: z.string(), version: z.string() });

const waveReport = z.strictObject({
  id: z.string(),
  namespaces: z.array(z.string()),
  workloads: z.int().nonnegative(),
  onTarget: z.int().nonnegative(),
  pods: z.int().nonnegative(),
  census: z
    .strictObject({
      onTarget: z.int().nonnegative().describe('Injected by the target, with its proxy image.'),
      ready: z.int().nonnegative().describe('Of these: READY n/n.'),
      connected: z
        .int()
        .nonnegative()
        .exactOptional()
        .describe('Of these: connected to an istiod of the target.'),
      synced: z
        .int()
        .nonnegative()
        .exactOptional()
        .describe('Of these: all configuration acknowledged.'),
      unknown: z
        .int()
        .nonnegative()
        .exactOptional()
        .describe('Ready pods of which no istiod could tell.'),
    })
    .exactOptional()
    .describe('Its pods, counted one fact after the other.'),
  remarks: z.array(z.string()).exactOptional().describe('What could not be told.'),
  exceptions: z.array(z.string()).exactOptional(),
});

const gateRecord = z.strictObject({
  name: z.string(),
  openedAt: instant,
  closedAt: instant,
  answer: z.enum(['approved', 'rejected', 'expired', 'left']),
  approvals: z.array(
    z.strictObject({
      by: z.string().exactOptional(),
      keyId: z.string().exactOptional().describe('Absent: the name is claimed, not proven.'),
      at: instant,
      reason: z.string().exactOptional(),
    }),
  ),
  planDigest: z.string().exactOptional(),
  evidenceDigest: z.string().exactOptional(),
});

/** Schema of `UpgradeReport`. */
export const upgradeReport = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  outcome: z.enum([...OUTCOMES, 'Running', 'RollbackFailed', 'Cancelled']),
  type: z
    .enum(['downgradeMesh', 'rollbackMesh', 'refreshProxies'])
    .exactOptional()
    .describe('Absent: an upgrade.'),
  cluster: z.string(),
  target: z.string(),
  runId: z.string(),
  workflowId: z.string(),
  startedAt: instant,
  endedAt: instant.exactOptional(),
  planDigest: z.string().exactOptional(),
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
  cause: z.string().exactOptional().describe('Why it was blocked, taken back or halted.'),
  findings: z.array(finding),
  requestedBy: z.string().exactOptional().describe('By their own words.'),
  gates: z.array(gateRecord).exactOptional().describe('Gates that have closed, in order.'),
  hops: z
    .array(
      z.strictObject({
        from: revisionAt,
        to: revisionAt,
        planDigest: z.string(),
        steps: z.array(stepReport),
        waves: z.array(waveReport),
      }),
    )
    .exactOptional()
    .describe('Of a chain: the hops that were reached before the one whose steps follow.'),
  steps: z.array(stepReport),
  waves: z.array(waveReport),
  exceptions: z.array(z.string()).describe('Workloads that are not on the target, with why.'),
  restored: z
    .boolean()
    .exactOptional()
    .describe('After a compensation: whether everything is as the snapshot had it.'),
  differences: z.array(
    z.strictObject({ path: z.string(), expected: z.string(), found: z.string() }),
  ),
  remaining: z.array(z.string()).describe('What is left to do by hand.'),
  messages: z.array(
    z.strictObject({
      at: instant,
      message: z.string(),
      effect: z.enum(['accepted', 'ignored']),
      detail: z.string(),
      by: z.string().exactOptional().describe('Who sent it; proven where there is a key id.'),
      keyId: z.string().exactOptional(),
    }),
  ),
  undelivered: z
    .array(z.string())
    .exactOptional()
    .describe('Notifications that did not arrive, with who and why.'),
  messagesLeftOut: z.int().nonnegative().exactOptional(),
});
