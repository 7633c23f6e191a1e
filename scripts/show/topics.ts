import { DATA_PLANE } from './data-plane/data-plane.ts';
import { ELIGIBILITY } from './eligibility/eligibility.ts';
import { GATES_AND_TIME } from './gates-and-time/gates-and-time.ts';
import { MAIN_JOB } from './main-job/main-job.ts';
import type { Topic } from './topic.ts';
import { WAYS_BACK } from './ways-back/ways-back.ts';

/** What can be shown; a new topic is a new entry. */
export const TOPICS: readonly Topic[] = [
  MAIN_JOB,
  ELIGIBILITY,
  DATA_PLANE,
  WAYS_BACK,
  GATES_AND_TIME,
];
