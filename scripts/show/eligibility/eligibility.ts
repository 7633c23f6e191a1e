import type { Topic } from '../topic.ts';
import { speedPart } from './speed-part.ts';
import { suitePart } from '../suite-part.ts';

/** What is known before anything is touched, and how fast. */
export const ELIGIBILITY: Topic = {
  name: 'eligibility',
  title: 'inventory, targets, prechecks and plans on a real mesh, small and large',
  parts: [
    suitePart('scenarios', 'each rule on a live cluster: what triggers it and what does not', {
      stage: 'e2e',
      pattern: 'eligibility-scenarios',
    }),
    suitePart('injection', 'the prediction of injection against the real webhooks', {
      stage: 'e2e',
      pattern: 'injection-agreement',
    }),
    suitePart('changed-plan', 'a plan that no longer fits is refused with the difference', {
      stage: 'e2e',
      pattern: 'kept-plan',
    }),
    suitePart('hostile-input', 'hostile input is refused or inert', {
      stage: 'unit',
      pattern: 'hostile-input',
    }),
    speedPart,
  ],
};
