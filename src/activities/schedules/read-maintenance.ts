import type { Config } from '../../config/config.ts';
import { parseMaintenanceRequest } from '../../domain/standing-policy/parse-maintenance-request.ts';
import type { MaintenanceRequest } from '../../domain/standing-policy/maintenance-request.ts';
import type { MaintenanceWindow } from '../../domain/time/maintenance-window.ts';
import { recipientsOf, type Recipient } from '../../notifications/recipients.ts';
import { ActivityError } from '../errors.ts';
import { InvalidRequestError } from '../services.ts';
import { clusterConfig } from '../with-cluster.ts';

/** A maintenance request with what the configuration adds to it. */
export interface ResolvedMaintenance {
  readonly request: MaintenanceRequest;
  /** Queue of the activities that touch this cluster. */
  readonly taskQueue: string;
  /** Who is told what happens; absent: nobody. */
  readonly notifiers?: readonly Recipient[];
}

/** Reads what was given as input and refuses it at once, in words, when it cannot be meant. */
export function readMaintenance(config: Config, input: unknown): ResolvedMaintenance {
  const parsed = parseMaintenanceRequest(input);
  if (parsed.kind === 'problems') {
    const problems = parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new ActivityError(
      'InvalidRequest',
      `the input is not a maintenance request: ${problems}. Give one JSON object such as {"cluster":"prod-eu","window":"weeknights","policy":{"kind":"patch"}}`,
      [parsed.problems],
    );
  }
  const { request } = parsed;
  const { taskQueue } = clusterConfig(config, request.cluster);
  const notifiers = recipientsOf(config.notifications ?? [], request.cluster);
  return { request, taskQueue, ...(notifiers.length === 0 ? {} : { notifiers }) };
}

/** The window of that name, or a clear refusal that lists the known ones. */
export function windowOf({ windows = [], file }: Config, name: string): MaintenanceWindow {
  const found = windows.find((each) => each.name === name);
  if (found !== undefined) return found;
  const known = windows.map((each) => each.name).join(', ') || 'none';
  throw new InvalidRequestError(
    `unknown window "${name}"; ${file} has ${known}. Add it there under windows, or correct the name`,
  );
}
