import { invalid, isObject, readObjectFile } from './request-input.ts';

/** What `meshlift plan --output json` printed, as far as `start --plan` needs it. */
export interface PlanFile {
  readonly digest: string;
  /** The request that the plan was made for, as it was written. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Reads a plan that was kept; refuses one that was blocked or is something else. */
export function readPlanFile(file: string): PlanFile {
  const { kind, digest, request } = readObjectFile(file);
  if (kind === 'plan' && typeof digest === 'string' && isObject(request))
    return { digest, request };
  throw invalid(
    `${file}: expected what \`meshlift plan --output json\` prints for a plan (kind "plan", digest, request), ` +
      `found kind ${JSON.stringify(kind) ?? 'nothing'}. Make the plan again`,
  );
}
