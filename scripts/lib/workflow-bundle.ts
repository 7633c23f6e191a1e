import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const WORKFLOWS = sourceOf('index');
const CONVERTER = sourceOf('payload-converter');

/** The code that runs in the workflow sandbox; rejects, with the bundler's words, when something forbidden would reach it. */
export async function bundleWorkflows(workflowsPath: string = WORKFLOWS): Promise<string> {
  const said: string[] = [];
  const logger = new DefaultLogger('ERROR', ({ message }) => said.push(message));
  try {
    const options = { workflowsPath, payloadConverterPath: CONVERTER, logger };
    return (await bundleWorkflowCode(options)).code;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error([why, ...said].join('\n'), { cause: error });
  }
}

function sourceOf(name: string): string {
  return fileURLToPath(new URL(`../../src/workflows/${name}.ts`, import.meta.url));
}

export function formatMegabytes(text: string): string {
  return `${(Buffer.byteLength(text) / 1_000_000).toFixed(2)} MB`;
}
