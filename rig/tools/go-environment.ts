import { UserError } from '../user-error.ts';
import type { GoCaches } from './disk-space.ts';
import type { Go } from './find-go.ts';
import { runCommand } from './run-command.ts';

/** The caller's environment without what could change the outcome of a build. */
export function goEnvironment(go: Go): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // Undefined leaves a variable out: these would make Go build for another system.
    GOOS: undefined,
    GOARCH: undefined,
    GOROOT: undefined,
    ...(go.root === undefined ? {} : { GOROOT: go.root }),
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '',
    GOWORK: 'off',
  };
}

export async function findGoCaches(go: Go): Promise<GoCaches> {
  const args = ['env', 'GOCACHE', 'GOMODCACHE'];
  const asked = await runCommand({ command: go.command, args, env: goEnvironment(go) });
  const [buildCache, moduleCache] = asked.stdout.trim().split('\n');
  if (buildCache === undefined || moduleCache === undefined) {
    throw new UserError(`\`go ${args.join(' ')}\` failed: ${asked.stderr.trim()}`);
  }
  return { buildCache, moduleCache };
}
