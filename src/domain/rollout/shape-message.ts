/** Longer texts are none that a person typed. */
const MOST_LETTERS = 4000;
const MOST_LETTERS_OF_A_NAME = 200;
const MOST_SHOWN = 100;
const TEXTS = ['gate', 'reason', 'planDigest', 'step', 'token'];

/**
 * Why this cannot be a message, in words. What a person typed may be anything; only objects of texts
 * and booleans are messages.
 */
export function shapeProblem(raw: unknown): string | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'object' || Array.isArray(raw) || ArrayBuffer.isView(raw)) {
    return `expected one JSON object such as {}, found ${describeValue(raw)}`;
  }
  const wrong = Object.entries(raw).find(([key, value]) => !isMember(key, value));
  return wrong === undefined
    ? undefined
    : `unknown or malformed member ${JSON.stringify(wrong[0].slice(0, MOST_SHOWN))}`;
}

/** A list is not looked into: one that is nested deeply enough cannot even be written. */
function describeValue(raw: unknown): string {
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'object') return 'bytes';
  return JSON.stringify(raw).slice(0, MOST_SHOWN);
}

function isMember(key: string, value: unknown): boolean {
  if (key === 'leave') return typeof value === 'boolean';
  if (typeof value !== 'string') return false;
  if (key === 'by') return value.trim() !== '' && value.length <= MOST_LETTERS_OF_A_NAME;
  return TEXTS.includes(key) && value.length <= MOST_LETTERS;
}
