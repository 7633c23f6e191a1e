/** The code of a system error (`ENOENT`); not by `instanceof`, which fails between realms as in a test runner. */
export function errorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
