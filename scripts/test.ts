import { runStages } from './lib/run-stages.ts';
import { STAGE_NAMES, STAGES, type Stage } from './lib/stages.ts';

const PATTERNED = STAGES.filter(({ takesPatterns }) => takesPatterns).map(({ name }) => name);
const APART = STAGES.filter(({ isApart }) => isApart).map(({ name }) => name);

const USAGE = `npm test                      everything: ${STAGES.filter(({ isApart }) => !isApart)
  .map(({ name }) => name)
  .join(', ')}
npm test -- STAGE…            only these stages; ${APART.join(', ')} run only so
npm test -- unit PATTERN…     only test files whose path matches one of the patterns
npm test -- e2e PATTERN…      the same on the rig`;

/** Stages come first; what follows them are patterns of test files. */
function parseArguments(args: readonly string[]): { stages: readonly Stage[]; patterns: string[] } {
  const firstPattern = args.findIndex((each) => !isStageName(each));
  const names = firstPattern === -1 ? args : args.slice(0, firstPattern);
  const patterns = firstPattern === -1 ? [] : args.slice(firstPattern);
  const stages = STAGES.filter(({ name, isApart }) =>
    names.length === 0 ? !isApart : names.includes(name),
  );
  const isWrong =
    patterns.some((pattern) => pattern.startsWith('-')) ||
    (patterns.length > 0 && (names.length === 0 || !stages.every((each) => each.takesPatterns)));
  if (!isWrong) return { stages, patterns };
  const isHelp = args.includes('--help') || args.includes('-h');
  const hint = isHelp
    ? ''
    : `expected stages, then patterns for ${PATTERNED.join(', ')}, found: ${args.join(' ')}\n\n`;
  process.stderr.write(`${hint}${USAGE}\n`);
  process.exit(isHelp ? 0 : 2);
}

function isStageName(text: string): boolean {
  return STAGE_NAMES.some((name) => name === text);
}

process.exit(await runStages(parseArguments(process.argv.slice(2))));
