import { createCloudEvents } from './cloud-events.ts';
import type { Notifier } from './notifier.ts';
import type { Environment } from './secret.ts';
import type { NotifierSettings } from './settings.ts';
import { createSlack } from './slack.ts';
import { createSmtp } from './smtp.ts';
import { createWebhook } from './webhook.ts';

/** The notifier that an entry of the configuration describes; it reads its secrets when it sends. */
export function createNotifier(
  settings: NotifierSettings,
  env: Environment = process.env,
): Notifier {
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
