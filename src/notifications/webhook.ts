import type { RunEvent } from '../domain/run-event.ts';
import { cleanEvent } from './clean-event.ts';
import { eventType } from './event-type.ts';
import type { Notifier } from './notifier.ts';
import { post } from './post.ts';
import { readSecret, readUrl, type Environment } from './secret.ts';
import type { WebhookSettings } from './settings.ts';
import { signatureHeaders } from './sign.ts';

/** Our own JSON, signed by HMAC as Standard Webhooks has it. */
export function createWebhook(settings: WebhookSettings, env: Environment): Notifier {
  const { name, url, secret, tls } = settings;
  return {
    send: (event, signal) => {
      const body = JSON.stringify(webhookBody(event));
      const signed = { id: event.id, timestampSeconds: Math.floor(Date.now() / 1000), body };
      const headers = {
        'content-type': 'application/json',
        ...signatureHeaders(name, readSecret(name, secret, env), signed),
      };
      return post({ notifier: name, url: readUrl(name, url, env), tls, headers, body }, signal);
    },
  };
}

/** The members that Standard Webhooks recommends; `schemas/notification.json` describes them. */
export interface WebhookBody {
  readonly type: ReturnType<typeof eventType>;
  readonly timestamp: string;
  readonly data: RunEvent;
}

export function webhookBody(event: RunEvent): WebhookBody {
  return { type: eventType(event.kind), timestamp: event.at, data: cleanEvent(event) };
}
