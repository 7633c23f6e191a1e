import { createCloudEvents } from './cloud-events.ts';
import type { Notifier } from './notifier.ts';
import type { Environment } from './secret.ts';
import type { NotifierSettings } from './settings.ts';
import { createSlack } from './slack.ts';
import { createSmtp } from './smtp.ts';
import { createWebhook } from './webhook.ts';

/** Of one attempt, whatever whoever receives it does meanwhile. */
const DEADLINE_MS = 15_000;

/** The notifier that an entry of the configuration describes; it reads its secrets when it sends. */
export function createNotifier(
  settings: NotifierSettings,
  {
    env = process.env,
    deadlineMs = DEADLINE_MS,
  }: { readonly env?: Environment; readonly deadlineMs?: number } = {},
): Notifier {
  const notifier = create(settings, env);
  return {
    send: async (event, signal) =>
      notifier.send(event, AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])),
  };
}

function create(settings: NotifierSettings, env: Environment): Notifier {
  switch (settings.kind) {
    case 'webhook':
      return createWebhook(settings, env);
    case 'slack':
      return createSlack(settings, env);
    case 'cloudevents':
      return createCloudEvents(settings, env);
    case 'smtp':
      return createSmtp(settings, env);
  }
}
