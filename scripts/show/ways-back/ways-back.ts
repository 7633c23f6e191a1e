import { suitePart } from '../suite-part.ts';
import type { Topic } from '../topic.ts';

/** Going back is as safe as going forward: in place, down, taken back, at any point. */
export const WAYS_BACK: Topic = {
  name: 'ways-back',
  title: 'in place and back, downgrades with verified artefacts, rollback of any run at any point',
  parts: [
    suitePart('in-place', '1.25.1 to 1.26.1 over itself, and back; about 5 minutes', {
      stage: 'ways-back',
      pattern: 'upgrade-in-place',
    }),
    suitePart('downgrade', 'to a lower version, or refused in words; about 6 minutes', {
      stage: 'ways-back',
      pattern: 'downgrade',
    }),
    suitePart(
      'artefacts',
      'istioctl from a signed tarball, good and bad; about 5 minutes',
      { stage: 'e2e', pattern: 'artefacts' },
      {
        stage: 'ways-back',
        pattern: 'signed-tarball',
        figures: {
          'bad tarballs refused in words, nothing unpacked': { kind: 'exactly', value: 6 },
          'seconds of 1.26.1 to 1.25.1 from a signed tarball': { kind: 'reported' },
        },
      },
    ),
    suitePart('patch', '1.26.0 to 1.26.1; about 2 minutes', {
      stage: 'ways-back',
      pattern: 'patch',
      figures: {
        'pods on 1.26.1': { kind: 'exactly', value: 6 },
        'seconds of 1.26.0 to 1.26.1': { kind: 'reported' },
      },
    }),
    suitePart('chain', '1.25.1 to 1.26.1 to 1.27.0 in one run; about 3 minutes', {
      stage: 'ways-back',
      pattern: 'chain',
      figures: { 'seconds of 1.25.1 to 1.26.1 to 1.27.0': { kind: 'reported' } },
    }),
    suitePart('sweep', 'a rollback at each step, by canary and in place; half an hour', {
      stage: 'ways-back',
      pattern: 'sweep',
      figures: {
        'canary: rollbacks tried': { kind: 'reported' },
        'canary: not restored whole': { kind: 'exactly', value: 0 },
        'canary: seconds of the longest run': { kind: 'reported' },
        'canary: rollbacks refused in words': { kind: 'exactly', value: 2 },
        'in-place: rollbacks tried': { kind: 'reported' },
        'in-place: not restored whole': { kind: 'exactly', value: 0 },
        'in-place: seconds of the longest run': { kind: 'reported' },
      },
    }),
    suitePart(
      'record',
      'a terminated run by its record alone, a relabelling by hand, aborts; about 6 minutes',
      { stage: 'ways-back', pattern: 'rollback' },
    ),
    suitePart('drift', 'direct edits that an upgrade would reset; about 3 minutes', {
      stage: 'ways-back',
      pattern: 'drift',
    }),
  ],
};
