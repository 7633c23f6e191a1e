import { FINDING_DOCUMENTS } from '../../src/domain/preflight/evaluate-preflight.ts';
import { renderFindingCodes } from './finding-codes.ts';
import { SCHEMA_FILES } from './json-schemas.ts';

/** A file that is made from the code, kept in the repository, and never edited. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** What it must hold, laid out as prettier has it. */
  readonly render: () => string;
}

/** What `npm run generate` writes; a test fails when one of them is stale. */
export const GENERATED_FILES: readonly GeneratedFile[] = [
  { path: 'docs/finding-codes.md', render: () => renderFindingCodes(FINDING_DOCUMENTS) },
  ...SCHEMA_FILES,
];
