import type { ToolPaths } from '../../rig/tools/tool-paths.ts';
import { RUN_VARIABLE } from './leftovers.ts';

/** A person's own settings, which must not lead a test to a real cluster or server. */
const PERSONAL = /^(KUBECONFIG|TEMPORAL_|MESHLIFT_)/;

/** Where the tests find the built programs, as far as they are built. */
export interface TestPrograms {
  readonly marker: string;
  readonly temporal?: string;
  readonly istio?: ToolPaths['istio'];
}

export function testEnvironment({ marker, temporal, istio }: TestPrograms): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !PERSONAL.test(name));
  return {
    ...Object.fromEntries(inherited),
    [RUN_VARIABLE]: marker,
    ...(temporal === undefined ? {} : { TEMPORAL_CLI_PATH: temporal }),
    ...(istio === undefined ? {} : { MESHLIFT_TEST_ISTIOCTL: istioctlPaths(istio) }),
  };
}

/** `1.25.1=PATH,1.26.1=PATH` */
function istioctlPaths(istio: ToolPaths['istio']): string {
  return Object.values(istio)
    .map(({ version, istioctl }) => `${version}=${istioctl}`)
    .join(',');
}
