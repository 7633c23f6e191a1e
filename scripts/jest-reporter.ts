import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AggregatedResult, TestResult } from '@jest/reporters';
import type { Counts } from './lib/counts.ts';

/** Where the counts go, as JSON. */
export const COUNTS_VARIABLE = 'MESHLIFT_TEST_COUNTS';

/** Counts for the closing line of `npm test`, and why tests were skipped. Jest wants a default export. */
export default class CountsReporter {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    for (const result of results.testResults) printSkipped(result);
    const file = process.env[COUNTS_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(countsOf(results)));
  }
}

/** A file that could not be run at all counts as one failed test. */
export function countsOf(results: AggregatedResult): Counts {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

/** The reason is what the file printed as `skipped: …`; without that, the names of the tests give it. */
function printSkipped({ testFilePath, testResults, console }: TestResult): void {
  const skipped = testResults.filter(({ status }) => status === 'pending' || status === 'todo');
  if (skipped.length === 0) return;
  const said = (console ?? []).map(({ message }) => message.trim());
  const reasons = said.filter((message) => message.startsWith('skipped:'));
  const lines = reasons.length > 0 ? reasons : skipped.map(({ fullName }) => fullName);
  const file = path.relative(process.cwd(), testFilePath);
  process.stderr.write(`\nskipped ${skipped.length} in ${file}\n`);
  for (const line of new Set(lines)) process.stderr.write(`  ${line}\n`);
}
