export interface SeenProgress {
  readonly phase: string;
  readonly openGate?: unknown;
}

/** What `temporal workflow query --type getProgress --output json` prints; undefined when it got no answer. */
export function readProgress(value: unknown): SeenProgress | undefined {
  const [answer] = listOf(value, 'queryResult');
  return isProgress(answer) ? answer : undefined;
}

/** What `temporal workflow result --output json` prints; undefined when the run returned no report. */
export function readOutcome(value: unknown): string | undefined {
  const [result] = listOf(value, 'result');
  const isReport = typeof result === 'object' && result !== null && 'outcome' in result;
  return isReport && typeof result.outcome === 'string' ? result.outcome : undefined;
}

/** The CLI prints one payload as itself or as a list of one, depending on the command. */
function listOf(value: unknown, member: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const found: unknown = Reflect.get(value, member);
  return Array.isArray(found) ? found : [found];
}

function isProgress(value: unknown): value is SeenProgress {
  return (
    typeof value === 'object' &&
    value !== null &&
    'phase' in value &&
    typeof value.phase === 'string'
  );
}
