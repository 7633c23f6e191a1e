import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from './config/environment.ts';

/** As a worker's options have it: a bundle built ahead, or the source of one. */
export type Workflows =
  | { readonly workflowBundle: { readonly codePath: string } }
  | {
      readonly workflowsPath: string;
      /** How workflows read what is sent to them; a bundle has it within. */
      readonly dataConverter: { readonly payloadConverterPath: string };
    };

/**
 * A bundle built ahead: the one that is named, or the one that `npm run build` writes beside the
 * worker's own file. Otherwise the source there, be it TypeScript or built JavaScript: the worker then
 * makes the bundle itself, and keeps some 170 MB of memory of that.
 */
export function findWorkflows(
  { workflowBundle }: Pick<Environment, 'workflowBundle'>,
  workerUrl: string,
): Workflows {
  if (workflowBundle !== undefined && !existsSync(workflowBundle)) {
    throw new Error(
      `MESHLIFT_WORKFLOW_BUNDLE: expected a file built by \`npm run build\`, found nothing at ${workflowBundle}`,
    );
  }
  const built = fileURLToPath(new URL('./workflow-bundle.js', workerUrl));
  const codePath = workflowBundle ?? (existsSync(built) ? built : undefined);
  if (codePath !== undefined) return { workflowBundle: { codePath } };
  const source = (name: string): string =>
    fileURLToPath(new URL(`./workflows/${name}${extname(workerUrl)}`, workerUrl));
  return {
    workflowsPath: source('index'),
    dataConverter: { payloadConverterPath: source('payload-converter') },
  };
}
