import { suitePart } from '../suite-part.ts';
import type { Topic } from '../topic.ts';

/** Going back is as safe as going forward: in place, down, taken back, at any point. */
export const WAYS_BACK: Topic = {
  name: 'ways-back',
  title: 'in place and back, downgrades with verified artefacts, rollback of any run at any point',
  parts: [
    suitePart('sweep', 'a rollback at each step of an upgrade; about 12 minutes', {
      stage: 'ways-back',
      pattern: 'sweep',
      figures: {
        'runs of the sweep': { kind: 'reported' },
        'runs not taken back whole': { kind: 'exactly', value: 0 },
        'seconds of its longest run': { kind: 'reported' },
        'rollbacks refused in words': { kind: 'exactly', value: 2 },
      },
    }),
  ],
};
