import * as z from 'zod';
import { RESTARTABLE_KINDS } from '../../mesh/observed-mesh.ts';
import { json } from '../../schema.ts';

const seconds = z.number().nonnegative();
/** Schema of a digest of ours. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected "sha256:" and 64 digits');

const objectRef = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().exactOptional(),
  name: z.string(),
});

const differences = z.array(
  z.strictObject({
    path: z.string(),
    from: json.exactOptional().describe('Absent where there is nothing now.'),
    to: json.exactOptional().describe('Absent where there will be nothing.'),
  }),
);
const differencesLeftOut = z
  .strictObject({ count: z.int().positive(), digest })
  .exactOptional()
  .describe('Differences beyond those listed.');

const plannedObject = z
  .strictObject({
    ref: objectRef,
    action: z.enum(['create', 'update', 'none', 'delete']),
    uid: z.string().exactOptional().describe('Of the live object.'),
    rendered: digest.exactOptional().describe('Of the object as rendered.'),
    force: z
      .literal(true)
      .exactOptional()
      .describe('Direct edits of it were accepted: it is applied by force.'),
    summary: z.string().exactOptional().describe('Of an object that is created: what it is.'),
    diff: differences
      .exactOptional()
      .describe('Of an object that is updated: what our write makes of it, field by field.'),
    diffLeftOut: differencesLeftOut,
  })
  .meta({ id: 'PlannedObject' });

const label = z.string().nullable();
const namespaceMoves = z.array(
  z.strictObject({
    namespace: z.string(),
    uid: z.string(),
    prior: z.record(z.string(), label).describe('Labels before; null where one is absent.'),
    next: z.record(z.string(), label).describe('Labels after; null where one will be absent.'),
  }),
);
const tagMoves = z.array(
  z.strictObject({ tag: z.string(), webhook: z.string(), from: z.string(), to: z.string() }),
);
const treatment = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('restart') }),
    z.strictObject({ kind: z.literal('evict'), because: z.string() }),
    z.strictObject({ kind: z.literal('restart-at') }),
    z.strictObject({ kind: z.literal('recreate') }),
    z.strictObject({
      kind: z.literal('inject'),
      manifest: digest.describe('Of the original manifest.'),
      files: digest
        .exactOptional()
        .describe('Of the files that stand in for parts of the configuration of the injector.'),
      rendered: digest.describe('Of the pod template with the new proxy.'),
      live: digest.describe('Of the pod template that it replaces.'),
      diff: differences.describe('What our write makes of it, field by field.'),
      diffLeftOut: differencesLeftOut,
    }),
  ])
  .describe('How it gets its new proxy.')
  .meta({ id: 'Treatment' });
const left = z
  .array(
    z.strictObject({
      kind: z.string(),
      namespace: z.string(),
      name: z.string(),
      because: z.string(),
    }),
  )
  .describe('What is not moved, and why.');
const workloads = z.array(
  z.strictObject({
    kind: z.enum(RESTARTABLE_KINDS),
    namespace: z.string(),
    name: z.string(),
    uid: z.string(),
    treatment,
    revisionLabel: z
      .strictObject({ from: z.string(), to: z.string() })
      .exactOptional()
      .describe('Label istio.io/rev of its pod template, where that is what has to change.'),
  }),
);
const validator = z.strictObject({ name: z.string(), from: z.string(), to: z.string() });

const undo = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('keep'), because: z.string() }),
    z.strictObject({ kind: z.literal('restore-prior') }),
    z.strictObject({ kind: z.literal('undo-wave') }),
    z.strictObject({ kind: z.literal('point-of-no-return') }),
  ])
  .describe('What takes the step back.')
  .meta({ id: 'StepUndo' });

const base = {
  id: z.string(),
  title: z.string(),
  undo,
  undoFirst: z.literal(true).exactOptional().describe('Taken back before all others.'),
};

const services = z
  .array(
    z.strictObject({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      type: z.string(),
      clusterIP: z.string().exactOptional(),
      addresses: z.array(z.string()),
    }),
  )
  .describe('Services that must stay what they are.');

const recordedHop = z
  .int()
  .exactOptional()
  .describe('Of a chain, from 2 on: the hop whose step it is.');

/** Schema of `UpgradeStep`. */
export const upgradeStep = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...base, kind: z.literal('snapshot') }),
    z.strictObject({
      ...base,
      kind: z.literal('apply-crds'),
      component: z.literal('Base'),
      objects: z.array(plannedObject),
    }),
    z.strictObject({
      ...base,
      kind: z.literal('install-control-plane'),
      component: z.literal('Pilot'),
      objects: z.array(plannedObject),
    }),
    z.strictObject({
      ...base,
      kind: z.literal('verify-control-plane'),
      revision: z.string(),
      services: services.exactOptional(),
    }),
    z.strictObject({
      ...base,
      kind: z.literal('soak'),
      scope: z.enum(['control-plane', 'wave', 'mesh']),
      seconds,
    }),
    z.strictObject({
      ...base,
      kind: z.literal('wave'),
      number: z.int().positive(),
      namespaces: z.array(z.string()),
      tagMoves,
      namespaceMoves,
      validator: validator
        .exactOptional()
        .describe('Moves with the tag default, where pods follow that by a label of their own.'),
      podLabelled: z
        .array(z.string())
        .exactOptional()
        .describe(
          'Namespaces that select nothing: there only pods with a label of their own move.',
        ),
      workloads,
      left,
      selectorsOf: z
        .string()
        .exactOptional()
        .describe('The earlier wave that moves their selectors; undoing this one undoes that too.'),
      later: z
        .strictObject({ step: z.string(), workloads: z.int().nonnegative() })
        .exactOptional()
        .describe('The wave that restarts the others that these selectors select.'),
      target: z
        .strictObject({
          revision: z.string(),
          image: z.string(),
          version: z.string(),
          exact: z.literal(true).exactOptional().describe('A newer one is another one as well.'),
        })
        .exactOptional()
        .describe('Of a refresh: the proxy that the pods are to have.'),
    }),
    z.strictObject({
      ...base,
      kind: z.literal('gate'),
      gate: z.enum(['complete', 'wave']),
      wave: z.int().positive().exactOptional().describe('Of a gate before a wave: its number.'),
      expiresSeconds: seconds,
    }),
    z.strictObject({
      ...base,
      kind: z.literal('move-default'),
      tagMoves,
      validator: validator.exactOptional(),
    }),
    z.strictObject({ ...base, kind: z.literal('restore-labels'), namespaceMoves }),
    z.strictObject({
      ...base,
      kind: z.literal('census'),
      revision: z.string(),
      graceSeconds: seconds,
    }),
    z.strictObject({
      ...base,
      kind: z.literal('remove-control-plane'),
      revision: z.string(),
      objects: z.array(plannedObject),
    }),
    z.strictObject({ ...base, kind: z.literal('verify-mesh'), revision: z.string() }),
    z.strictObject({
      ...base,
      kind: z.literal('undo-step'),
      of: z.string().describe('The recorded step that is taken back.'),
      hop: recordedHop,
      changes: z.int().nonnegative(),
    }),
    z.strictObject({
      ...base,
      kind: z.literal('restore-control-plane'),
      of: z.string().describe('The recorded step that removed it.'),
      hop: recordedHop,
      revision: z.string(),
      objects: z.array(plannedObject),
    }),
    z.strictObject({ ...base, kind: z.literal('prove-restored'), hop: recordedHop }),
  ])
  .meta({ id: 'UpgradeStep' });
