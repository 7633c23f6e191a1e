import type { FindingDocument } from '../finding.ts';

/** What planning a rollback can find. */
export const ROLLBACK_DOCUMENTS: readonly FindingDocument[] = [
  {
    code: 'LaterRunChangedMesh',
    severity: 'blocking',
    meaning:
      'the run that is to be taken back is not the last one that changed the mesh: what a later run did stands upon it.',
    remedy: 'take the later run back first; the finding names it.',
  },
  {
    code: 'NothingToRollBack',
    severity: 'info',
    meaning:
      'the cluster keeps no record of a run that changed the mesh, or everything in that record is undone already.',
    remedy:
      'nothing has to be done; to go to a lower version without a record there is `downgradeMesh`.',
  },
  {
    code: 'OldRevisionUnable',
    severity: 'overridable',
    meaning:
      'workloads would return to a revision that could not serve them: its control plane is gone or not ready, its webhook does not answer a dry run, its root certificate is not the one that was recorded, or one of these cannot be told.',
    remedy:
      'bring that control plane back, or accept it with an override, knowing what is missing.',
  },
  {
    code: 'RunNotReversible',
    severity: 'blocking',
    meaning:
      'the run that was named is a refresh or a rollback, which leave nothing in their record that could be put back.',
    remedy:
      "name the upgrade or downgrade before it; `kubectl get configmaps -l meshlift.dev/run` in the mesh's namespace lists what is recorded.",
  },
  {
    code: 'RunRecordUnusable',
    severity: 'blocking',
    meaning:
      'the record of the run is not there, is of another cluster, or lacks parts: what cannot be read cannot be put back.',
    remedy: 'name another run, or put the ConfigMaps back from a backup.',
  },
];
