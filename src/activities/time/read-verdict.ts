import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import type { Config, ConfigError } from '../../config/config.ts';
import { FREEZES_NAME, readFreezes } from '../../domain/time/freeze-entries.ts';
import type {
  Freeze,
  MaintenanceWindow,
  WindowVerdict,
} from '../../domain/time/maintenance-window.ts';
import { verdictAt } from '../../domain/time/window-verdict.ts';
import { allEntries, freezesRef } from './freezes-map.ts';
import type { WindowNeed } from './window-need.ts';

/** Where windows and freezes are read. */
export interface TimeSource {
  readonly kubernetes: Pick<KubernetesClient, 'getDated' | 'follow'>;
  readonly meshNamespace: string;
  readonly cluster: string;
  /** `meshlift.yaml` as it is now; throws `ConfigError`. */
  readonly readConfig: () => Config;
}

/** The freezes that were added at run time, as of a moment. */
export type AddedFreezes =
  | {
      readonly kind: 'known';
      /** By the clock of the API server (ms). */
      readonly at: number;
      readonly freezes: readonly Freeze[];
    }
  /** Unknown is not open. */
  | Unknown;

/** What windows and freezes are, as of a moment. */
export type Times =
  | {
      readonly kind: 'known';
      /** By the clock of the API server (ms). */
      readonly at: number;
      readonly windows: readonly MaintenanceWindow[];
      readonly freezes: readonly Freeze[];
    }
  | Unknown;

interface Unknown {
  readonly kind: 'unknown';
  readonly because: string;
}

/** Reads the configuration and the ConfigMap of freezes anew. Throws where the server cannot be asked now. */
export async function readTimes(source: TimeSource): Promise<Times> {
  return timesOf(source, await readAdded(source));
}

/**
 * Reads the ConfigMap of freezes anew, and takes the time from the server that answers: the worker's own
 * clock may be wrong. Throws where the server cannot be asked now.
 */
export async function readAdded({
  kubernetes,
  meshNamespace,
}: Pick<TimeSource, 'kubernetes' | 'meshNamespace'>): Promise<AddedFreezes> {
  const where = `ConfigMap ${meshNamespace}/${FREEZES_NAME}`;
  try {
    const { object, at } = await kubernetes.getDated(freezesRef(meshNamespace));
    if (at === undefined) return unknown('the API server told no time in its answer');
    const { freezes, unreadable } = readFreezes(allEntries(object));
    if (unreadable.length > 0) {
      return unknown(
        `${where}: expected {"from":…,"to":…} with times such as 2026-12-18T00:00:00Z, found something else under ${unreadable.join(', ')}. Correct it, or remove it with meshlift freeze remove`,
      );
    }
    return { kind: 'known', at, freezes };
  } catch (error) {
    // Whoever may not look does not know; trouble that passes is tried again.
    if (error instanceof KubernetesError && (error.code === 403 || error.code === 401)) {
      return unknown(`${where} cannot be read: ${error.message}. Grant the right to get it`);
    }
    throw error;
  }
}

/** The same with what the configuration says now. */
export function timesOf({ cluster, readConfig }: TimeSource, added: AddedFreezes): Times {
  if (added.kind === 'unknown') return added;
  try {
    const { windows = [], freezes = [] } = readConfig();
    const ours = freezes.filter(({ clusters }) => clusters?.includes(cluster) ?? true);
    return { kind: 'known', at: added.at, windows, freezes: [...ours, ...added.freezes] };
  } catch (error) {
    if (!isConfigError(error)) throw error;
    return unknown(`windows and freezes cannot be read: ${error.message}`);
  }
}

function isConfigError(error: unknown): error is ConfigError {
  return error instanceof Error && error.name === 'ConfigError';
}

/** Whether what is needed is there, so many ms after the times were read. */
export function judge(times: Times, need: WindowNeed, passedMs: number): WindowVerdict {
  if (times.kind === 'unknown') return { kind: 'closed', because: times.because };
  const { windows: names = [], seconds } = need;
  const missing = names.filter((name) => !times.windows.some((each) => each.name === name));
  if (missing.length > 0) {
    return {
      kind: 'closed',
      because: `meshlift.yaml has no window ${missing.join(', ')} any more, which this run's policy names. Put it back`,
    };
  }
  return verdictAt({
    windows: times.windows.filter(({ name }) => names.includes(name)),
    freezes: times.freezes,
    instant: times.at + passedMs,
    ...(seconds === undefined ? {} : { seconds }),
  });
}

function unknown(because: string): Unknown {
  return { kind: 'unknown', because };
}
