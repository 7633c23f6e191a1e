import type { Place, Point } from './striking-worker.ts';

/** A call that changes something in the cluster, or writes a record of it. */
const CHANGING: ReadonlySet<string> = new Set(['takeSnapshot', 'applyStep', 'restartWorkloads']);

/** The calls of an upgrade by canary, of one namespace whose owner lets Istio choose. */
export const CANARY: readonly Point[] = [
  { step: 'snapshot', activity: 'takeSnapshot' },
  { step: 'crds', activity: 'applyStep' },
  { step: 'control-plane', activity: 'applyStep' },
  { step: 'verify-control-plane', activity: 'verifyControlPlane' },
  { step: 'soak-control-plane', activity: 'checkHealth', call: 1 },
  { step: 'wave-1', activity: 'applyStep' },
  { step: 'wave-1', activity: 'restartWorkloads' },
  { step: 'wave-1', activity: 'takeWaveCensus' },
  { step: 'soak-wave-1', activity: 'checkHealth', call: 2 },
  { step: 'soak-mesh', activity: 'checkHealth', call: 3 },
  { step: 'default', activity: 'applyStep' },
  { step: 'owner-labels', activity: 'applyStep' },
  { step: 'census', activity: 'takeUsageCensus' },
];

/** Those at which a rollback is refused: the first deletes what the old revision was. */
export const PAST_RETURN: readonly Point[] = [
  { step: 'remove-control-plane', activity: 'applyStep' },
  { step: 'verify-mesh', activity: 'verifyMesh' },
];

/** The calls of an upgrade in place, to the end of which everything can be taken back. */
export const IN_PLACE: readonly Point[] = [
  ...CANARY.slice(
    0,
    CANARY.findIndex(({ step }) => step === 'default'),
  ),
  { step: 'verify-mesh', activity: 'verifyMesh' },
];

/** What a table of tests has in a row: the place, the step, its activity, the point. */
export type Row = readonly [place: Place, step: string, activity: string, point: Point];

/** A call that only looks has no effect to be lost. */
export function rowsOf(points: readonly Point[]): readonly Row[] {
  return points.flatMap((point) => {
    const row = (place: Place): Row => [place, point.step, point.activity, point];
    const rows = [row('before its effect'), row('after its effect')];
    return CHANGING.has(point.activity) ? [...rows, row('with its reply lost')] : rows;
  });
}
