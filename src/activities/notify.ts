import { activityInfo, cancellationSignal } from '@temporalio/activity';
import type { Config } from '../config/config.ts';
import type { RunEvent } from '../domain/run-event.ts';
import { webPageOf } from '../domain/web-page.ts';
import { createNotifier } from '../notifications/index.ts';
import { NotifyError } from '../notifications/notify-error.ts';
import { createRateLimit } from '../notifications/rate-limit.ts';
import { toFailure } from './failures.ts';

export interface NotifyRequest {
  readonly notifier: string;
  readonly event: RunEvent;
}

/** What one notifier gets in a minute from one worker; what is beyond waits for its turn. */
const MOST_PER_MINUTE = 30;

/**
 * Sends one event by one notifier. Where it leads and with what it signs are read at each attempt.
 * Repeated, it sends the same event id again, by which receivers know it.
 */
export function createNotify(config: Config): (input: NotifyRequest) => Promise<void> {
  const limit = createRateLimit(MOST_PER_MINUTE);
  return async ({ notifier: name, event }) => {
    try {
      const settings = config.notifications?.find((each) => each.name === name);
      if (settings === undefined) throw unknown(config, name);
      const waitSeconds = limit.take(name, Date.now());
      if (waitSeconds > 0) throw tooMany(name, waitSeconds);
      await createNotifier(settings).send(withPage(config, event), cancellationSignal());
    } catch (error) {
      throw toFailure(error);
    }
  };
}

function withPage({ webUrl }: Config, event: RunEvent): RunEvent {
  const url = webPageOf(webUrl, activityInfo().workflowNamespace ?? 'default', event);
  return url === undefined ? event : { ...event, url };
}

function unknown({ file }: Config, name: string): NotifyError {
  return new NotifyError(name, {
    expected: `it below notifications in ${file}`,
    found: 'none of that name',
    remedy: 'It was there when the run began; runs that begin from now on do not use it',
    transient: false,
  });
}

function tooMany(name: string, retryAfterSeconds: number): NotifyError {
  return new NotifyError(name, {
    expected: `at most ${MOST_PER_MINUTE} messages in a minute`,
    found: 'more',
    remedy: 'It is sent a little later',
    transient: true,
    retryAfterSeconds,
  });
}
