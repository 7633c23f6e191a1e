/** The value without one of its members. */
export function without<T extends object, K extends keyof T>(value: T, key: K): Omit<T, K> {
  const { ...copy } = value;
  delete (copy as Partial<T>)[key];
  return copy;
}
