import type { RunEvent } from '../domain/run-event.ts';
import { cleanEvent } from './clean-event.ts';
import { eventType } from './event-type.ts';
import type { Notifier } from './notifier.ts';
import { post } from './post.ts';
import { readSecret, readUrl, type Environment } from './secret.ts';
import type { CloudEventsSettings } from './settings.ts';
import { signatureHeaders } from './sign.ts';

/** CloudEvents 1.0 over HTTP in structured mode; signed like a webhook where there is a secret. */
export function createCloudEvents(settings: CloudEventsSettings, env: Environment): Notifier {
  const { name, url, secret, tls } = settings;
  return {
    send: (event, signal) => {
      const body = JSON.stringify(cloudEvent(event));
      const signed = { id: event.id, timestampSeconds: Math.floor(Date.now() / 1000), body };
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...(secret === undefined
          ? {}
          : signatureHeaders(name, readSecret(name, secret, env), signed)),
      };
      return post({ notifier: name, url: readUrl(name, url, env), tls, headers, body }, signal);
    },
  };
}

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md: source and id name it. */
export function cloudEvent(event: RunEvent): Readonly<Record<string, unknown>> {
  const source = ['meshlift', ...event.workflowId.split('/')].map(encodeURIComponent).join('/');
  return {
    specversion: '1.0',
    id: event.id,
    source: `/${source}`,
    type: eventType(event.kind),
    subject: event.cluster,
    time: event.at,
    datacontenttype: 'application/json',
    data: cleanEvent(event),
  };
}
