import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage sooner for the rest of this process. Who reads a large cluster makes and drops
 * some hundred megabytes of pages; left alone the heap grows to several times what is kept
 * (https://nodejs.org/api/v8.html#v8setflagsfromstringflags; `npm run show -- eligibility` measures it
 * for a command, `npm run bench` for a worker).
 */
export function collectOften(): void {
  setFlagsFromString('--heap-growing-percent=100');
  setFlagsFromString('--semi-space-growth-factor=1');
}
