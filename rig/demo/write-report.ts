import path from 'node:path';
import { CLUSTER } from './follow-run.ts';
import type { Stage } from './stage.ts';

/** The product's own report of the run, as a page of Markdown; undefined when it could not be had. */
export async function writeReport({ product, dir }: Stage): Promise<string | undefined> {
  const file = path.join(dir, 'report.md');
  const answer = await product.ask('report', CLUSTER, '--format', 'markdown', '--out', file);
  return answer === undefined ? undefined : file;
}
