import type { Topic } from '../topic.ts';
import { demoPart } from './demo-part.ts';
import { temporalCliPart } from './temporal-cli-part.ts';
import { testsPart } from './tests-part.ts';

/** An upgrade on a real mesh: approved, watched, and taken back when it turns bad. */
export const MAIN_JOB: Topic = {
  name: 'main-job',
  title: 'a canary upgrade on a real mesh, and one that takes itself back',
  parts: [temporalCliPart, demoPart, testsPart],
};
