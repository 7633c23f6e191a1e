import { readFileSync, statSync } from 'node:fs';
import type { KeptPlan } from '../activities/services.ts';
import { formatPath } from '../domain/request/parse-request.ts';
import { invalid, isObject } from './request-input.ts';

/** A plan that `meshlift plan --output json` printed and somebody kept. */
export interface PlanFile extends KeptPlan {
  /** The request that the plan was made for, as it was written. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** A plan for 2,000 workloads has about half a megabyte. */
const MAX_BYTES = 32 * 1024 * 1024;
const PROBLEMS_SHOWN = 10;

/** Reads a plan that was kept; refuses one that was blocked or is something else. */
export async function readPlanFile(file: string): Promise<PlanFile> {
  const value = parseJson(file, readText(file));
  if (!isObject(value) || value['kind'] !== 'plan') {
    const found = isObject(value) ? (JSON.stringify(value['kind']) ?? 'nothing') : typeof value;
    throw invalid(
      `${file}: expected what \`meshlift plan --output json\` prints for a plan (kind "plan"), ` +
        `found kind ${found.slice(0, 100)}. Make the plan again`,
    );
  }
  // zod comes with it, which `--help` has no use for.
  const { plannedFile } = await import('../domain/planning/schema.ts');
  const parsed = plannedFile.safeParse(value);
  if (parsed.success) {
    const { plan, digest } = parsed.data;
    return { plan, digest, request: isObject(value['request']) ? value['request'] : {} };
  }
  const problems = parsed.error.issues
    .slice(0, PROBLEMS_SHOWN)
    .map(({ path, message }) => `  ${formatPath(path)}: ${message}`);
  throw invalid(
    `${file}: this is not a plan of this version of meshlift:\n${problems.join('\n')}\nMake the plan again`,
  );
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES)
      throw new RangeError(`it has ${size} bytes, at most ${MAX_BYTES} are read`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  const why = error instanceof Error ? error.message : String(error);
  return invalid(`cannot read the plan ${file}: ${why}`);
}
