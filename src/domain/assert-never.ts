/** Closes an exhaustive switch; reaching it at run time means data from a newer version. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value ${JSON.stringify(value)}`);
}
