import type { RecordListing } from '../../domain/rollback/list-records.ts';
import type { Output } from '../output.ts';
import { renderTable } from './table.ts';
import { formatTime } from './time.ts';

/** The runs that a cluster keeps a record of, and how one is taken back. */
export function renderRecords(
  output: Output,
  cluster: string,
  runs: readonly RecordListing[],
): string {
  if (runs.length === 0) return `Cluster ${cluster} keeps no record of any run.`;
  const rows = runs.map((run) => [
    run.runId,
    formatTime(run.recordedAt),
    describeRun(run),
    run.holdsMesh ? 'yes' : '',
    run.canBeTakenBack ? 'yes' : `no: ${run.because ?? ''}`,
  ]);
  const head = ['RUN ID', 'RECORDED', 'WHAT', 'HOLDS THE MESH', 'CAN BE TAKEN BACK'];
  const next = runs.find(({ canBeTakenBack }) => canBeTakenBack);
  return [
    renderTable(output, head, rows),
    ...(next === undefined
      ? []
      : ['', `Take it back: meshlift start ${cluster} --type rollbackMesh --run ${next.runId}`]),
  ].join('\n');
}

function describeRun({ strategy, from, to }: RecordListing): string {
  return `${strategy ?? '?'} ${from?.version ?? '?'} → ${to?.version ?? '?'}`;
}
