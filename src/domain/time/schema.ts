import * as z from 'zod';

const instant = z.string().describe('ISO 8601.');

const verdict = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    until: instant.exactOptional().describe('Absent: for longer than a month.'),
  }),
  z.strictObject({
    kind: z.literal('closed'),
    because: z.string(),
    opensAt: instant.exactOptional().describe('Absent where nobody can tell.'),
  }),
]);

const phase = z.strictObject({
  phase: z.enum(['prepare', 'controlPlane', 'dataPlane', 'complete', 'compensation']),
  steps: z.array(z.string()).describe('Ids of the steps that it holds for.'),
  windows: z
    .array(z.strictObject({ name: z.string(), rule: z.string() }))
    .describe('Any of them is enough; empty: none is needed, and freezes alone count.'),
  now: verdict,
  opensNext: instant.exactOptional(),
});

const freeze = z.strictObject({
  name: z.string(),
  from: instant,
  to: instant,
  reason: z.string().exactOptional(),
  by: z.string().exactOptional(),
});

/** Schema of `PlanTimes`. */
export const planTimes = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('known'),
      at: instant.describe('By the clock of the API server.'),
      phases: z.array(phase),
      freezes: z.array(freeze).describe('Those that hold at that moment.'),
    }),
    z.strictObject({
      kind: z.literal('unknown'),
      because: z.string().describe('Unknown is not open: nothing would be changed.'),
    }),
  ])
  .describe('When its steps may change the mesh, as the plan was printed. No part of the digest.');
