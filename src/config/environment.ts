import { homedir } from 'node:os';
import path from 'node:path';

/** Everything that meshlift reads from the environment beside Temporal's own TEMPORAL_* variables. */
export interface Environment {
  /** MESHLIFT_CONFIG: the configuration file; default `meshlift.yaml` in the working folder. */
  readonly configFile: string;
  /** MESHLIFT_BUILD_ID: set, the worker registers as this build of a versioned deployment, pinned. */
  readonly buildId?: string;
  /** MESHLIFT_DEPLOYMENT: the name of that deployment; default `meshlift`. */
  readonly deploymentName: string;
  /** MESHLIFT_WORKFLOW_BUNDLE: a bundle built ahead; without it the worker bundles at start. */
  readonly workflowBundle?: string;
  /** MESHLIFT_METRICS: `host:port` on which the worker serves Prometheus metrics; none by default. */
  readonly metricsAddress?: string;
}

/** The names of those variables; the README's table is compared with them. */
export const ENVIRONMENT_VARIABLES = [
  'MESHLIFT_CONFIG',
  'MESHLIFT_BUILD_ID',
  'MESHLIFT_DEPLOYMENT',
  'MESHLIFT_WORKFLOW_BUNDLE',
  'MESHLIFT_METRICS',
  'XDG_CACHE_HOME',
] as const;

/** Reads them. An empty variable counts as unset. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const read = (name: (typeof ENVIRONMENT_VARIABLES)[number]): string | undefined =>
    env[name] === '' ? undefined : env[name];
  const [buildId, bundle, metrics] = [
    read('MESHLIFT_BUILD_ID'),
    read('MESHLIFT_WORKFLOW_BUNDLE'),
    read('MESHLIFT_METRICS'),
  ];
  return {
    configFile: read('MESHLIFT_CONFIG') ?? 'meshlift.yaml',
    deploymentName: read('MESHLIFT_DEPLOYMENT') ?? 'meshlift',
    ...(buildId === undefined ? {} : { buildId }),
    ...(bundle === undefined ? {} : { workflowBundle: bundle }),
    ...(metrics === undefined ? {} : { metricsAddress: metrics }),
  };
}

/** The folder for what can be fetched again: below XDG_CACHE_HOME, which counts only when absolute. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const configured = env['XDG_CACHE_HOME'] ?? '';
  const base = path.isAbsolute(configured) ? configured : path.join(homedir(), '.cache');
  return path.join(base, 'meshlift');
}
