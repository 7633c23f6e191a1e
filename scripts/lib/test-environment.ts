import { RUN_VARIABLE } from './leftovers.ts';

/** A person's own settings, which must not lead a test to a real cluster or server. */
const PERSONAL = /^(KUBECONFIG|TEMPORAL_|MESHLIFT_)/;
/** Names a time-skipping server to use instead of the one that the tests install. */
const WANTED = ['TEMPORAL_TEST_SERVER_PATH'];

export interface TestPrograms {
  readonly marker: string;
  /** The `temporal` program, where it is built. */
  readonly temporal?: string;
}

export function testEnvironment({ marker, temporal }: TestPrograms): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => WANTED.includes(name) || !PERSONAL.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    [RUN_VARIABLE]: marker,
    ...(temporal === undefined ? {} : { TEMPORAL_CLI_PATH: temporal }),
  };
}
