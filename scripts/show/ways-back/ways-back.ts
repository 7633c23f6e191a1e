import { suitePart } from '../suite-part.ts';
import type { FigureBound, Topic } from '../topic.ts';

const REPORTED: FigureBound = { kind: 'reported' };

function exactly(value: string | number): FigureBound {
  return { kind: 'exactly', value };
}

/** Ways in which a tarball is bad. */
const FAULTS = [
  'tampered',
  'wrong-key',
  'missing-signature',
  'parent-path',
  'symlink',
  'hardlink',
] as const;

/** Going back is as safe as going forward: in place, down, taken back, at any point. */
export const WAYS_BACK: Topic = {
  name: 'ways-back',
  title: 'in place and back, downgrades with verified artefacts, rollback of any run at any point',
  parts: [
    suitePart('in-place', '1.25.1 to 1.26.1 over itself, and back; about 5 minutes', {
      stage: 'ways-back',
      pattern: 'upgrade-in-place',
      figures: {
        'in place and back: differences': exactly(0),
        'in place: versions that istiods and proxies run': exactly('1.26.1'),
      },
    }),
    suitePart('downgrade', 'to a lower version, or refused in words; about 8 minutes', {
      stage: 'ways-back',
      pattern: 'downgrade',
      figures: {
        'downgrade refused for storedVersions': exactly('StoredVersionMissing'),
        'downgrade refused for a field that is used': exactly('FeatureMissing'),
        'downgrade refused for a version not served': exactly('CrdVersionMissing'),
        'CRDs that a downgrade left as they were': exactly(14),
        'versions after 1.26.1 to 1.25.1 in place': exactly('1.25.1'),
        'seconds of 1.26.1 to 1.25.1 in place': REPORTED,
        'differences after a finished upgrade in place was taken back': exactly(0),
        'seconds of a finished upgrade in place back': REPORTED,
      },
    }),
    suitePart(
      'artefacts',
      'istioctl from a signed tarball, good and bad; about 5 minutes',
      { stage: 'e2e', pattern: 'artefacts' },
      {
        stage: 'ways-back',
        pattern: 'signed-tarball',
        figures: {
          ...Object.fromEntries(
            FAULTS.map((fault) => [`refused in words, ${fault}: files unpacked`, exactly(0)]),
          ),
          'seconds of 1.26.1 to 1.25.1 from a signed tarball': REPORTED,
        },
      },
    ),
    suitePart('patch', '1.26.0 to 1.26.1; about 2 minutes', {
      stage: 'ways-back',
      pattern: 'patch',
      figures: {
        'pods on 1.26.1': exactly(6),
        'seconds of 1.26.0 to 1.26.1': REPORTED,
      },
    }),
    suitePart('chain', '1.25.1 to 1.26.1 to 1.27.0 in one run, and back; about 5 minutes', {
      stage: 'ways-back',
      pattern: 'chain',
      figures: {
        'versions after 1.25.1 to 1.26.1 to 1.27.0': exactly('1.27.0'),
        'seconds of 1.25.1 to 1.26.1 to 1.27.0': REPORTED,
        'differences after the chain was taken back': exactly(0),
        'seconds of 1.27.0 back to 1.25.1': REPORTED,
      },
    }),
    suitePart('sweep', 'a rollback at each step, by canary and in place; half an hour', {
      stage: 'ways-back',
      pattern: 'sweep',
      figures: {
        'canary: rollbacks tried': REPORTED,
        'canary: not restored whole': exactly(0),
        'canary: seconds of a run, median': REPORTED,
        'canary: seconds of the longest run': REPORTED,
        'canary: rollbacks refused in words': exactly(2),
        'in-place: rollbacks tried': REPORTED,
        'in-place: not restored whole': exactly(0),
        'in-place: seconds of a run, median': REPORTED,
        'in-place: seconds of the longest run': REPORTED,
      },
    }),
    suitePart(
      'record',
      'a terminated run by its record alone, a relabelling by hand, aborts; about 6 minutes',
      {
        stage: 'ways-back',
        pattern: 'rollback',
        figures: {
          'aborts of a rollback refused in words': exactly(2),
          'differences after the rollback that was not stopped': exactly(0),
          'differences after a terminated run was taken back on another Temporal server':
            exactly(0),
          'label set by hand during a run, after its rollback': exactly('prod-stable'),
          'outcome of rollbackMesh that was aborted twice': exactly('Halted'),
          'outcome of the same rollback begun again': exactly('Succeeded'),
          'differences after a finished upgrade was taken back, but for a uid of what is made again':
            exactly(0),
        },
      },
    ),
    suitePart('drift', 'direct edits that an upgrade would reset; about 3 minutes', {
      stage: 'ways-back',
      pattern: 'drift',
    }),
  ],
};
