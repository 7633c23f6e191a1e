import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url));

/** The code that runs in the workflow sandbox; rejects when something forbidden would reach it. */
export async function bundleWorkflows(workflowsPath: string = WORKFLOWS): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    logger: new DefaultLogger('ERROR'),
  });
  return code;
}

export function formatMegabytes(text: string): string {
  return `${(Buffer.byteLength(text) / 1_000_000).toFixed(2)} MB`;
}
