import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

/** The code that runs in the workflow sandbox; rejects, with the bundler's words, when something forbidden would reach it. */
export async function bundleWorkflows(workflowsPath: string = WORKFLOWS): Promise<string> {
  const said: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => said.push(message));
  try {
    return (await bundleWorkflowCode({ workflowsPath, logger })).code;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error([why, ...said].join('\n'), { cause: error });
  }
}

export function formatMegabytes(text: string): string {
  return `${(Buffer.byteLength(text) / 1_000_000).toFixed(2)} MB`;
}
