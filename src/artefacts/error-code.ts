/** The code of an error of Node's, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return textIn(error, 'code');
}

/** What an error says in a few words: its message. */
export function errorText(error: unknown): string {
  return textIn(error, 'message') ?? String(error);
}

/** By its members, not its class: errors of another realm, such as a test's, are told as well. */
function textIn(error: unknown, name: 'code' | 'message'): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
