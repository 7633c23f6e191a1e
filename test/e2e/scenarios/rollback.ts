import type { Question, SampleRecord, Scenario } from './scenario.ts';

const OLD_RUN = '0198b2f4-0000-7000-8000-00000000000a';
const NEW_RUN = '0198b2f4-0000-7000-8000-00000000000b';

function record(runId: string, more: Partial<SampleRecord> = {}): SampleRecord {
  return { runId, begun: 'installed', ...more };
}

/** A rollback, with these records in the cluster. */
function about(run: string, ...records: readonly SampleRecord[]): Question {
  return { run, records };
}

/** What is said of a rollback by the records of earlier runs. */
export const ROLLBACK_SCENARIOS: readonly Scenario[] = [
  {
    code: 'NothingToRollBack',
    severity: 'info',
    subject: 'demo',
    name: 'a rollback where nothing is recorded; a run that has begun is work',
    through: 'rollback',
    given: [],
    near: { given: [], question: { records: [record(OLD_RUN)] } },
  },
  {
    code: 'RunRecordUnusable',
    severity: 'blocking',
    subject: `run ${NEW_RUN}`,
    name: 'a run of which nothing is recorded; one with a record is fine',
    through: 'rollback',
    given: [],
    question: about(NEW_RUN, record(OLD_RUN)),
    near: { given: [], question: about(OLD_RUN, record(OLD_RUN)) },
  },
  {
    code: 'LaterRunChangedMesh',
    severity: 'blocking',
    subject: `run ${OLD_RUN}`,
    name: 'a run before another one; the later one is fine',
    through: 'rollback',
    given: [],
    question: about(OLD_RUN, record(OLD_RUN), record(NEW_RUN)),
    near: { given: [], question: about(NEW_RUN, record(OLD_RUN), record(NEW_RUN)) },
  },
  {
    code: 'RunNotReversible',
    severity: 'blocking',
    subject: `run ${OLD_RUN}`,
    name: 'a refresh; an upgrade is fine',
    through: 'rollback',
    given: [],
    question: about(OLD_RUN, record(OLD_RUN, { strategy: 'refresh' })),
    near: { given: [], question: about(OLD_RUN, record(OLD_RUN)) },
  },
  {
    code: 'OldRevisionUnable',
    severity: 'overridable',
    subject: 'revision 1-25-1',
    name: 'a wave that would return to a revision whose root was not recorded; before a wave nothing depends on it',
    through: 'rollback',
    given: [],
    question: about(OLD_RUN, record(OLD_RUN, { begun: 'moved' })),
    near: { given: [], question: about(OLD_RUN, record(OLD_RUN)) },
  },
];
