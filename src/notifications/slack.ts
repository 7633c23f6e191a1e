import type { RunEvent } from '../domain/run-event.ts';
import { cleanEvent } from './clean-event.ts';
import { factsOf } from './facts.ts';
import type { Notifier } from './notifier.ts';
import { post } from './post.ts';
import { readUrl, type Environment } from './secret.ts';
import type { SlackSettings } from './settings.ts';

/** An incoming webhook of Slack, or of what understands the same JSON (Mattermost, Rocket.Chat). */
export function createSlack({ name, url, tls }: SlackSettings, env: Environment): Notifier {
  return {
    send: (event, signal) =>
      post(
        {
          notifier: name,
          url: readUrl(name, url, env),
          tls,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(slackMessage(event)),
        },
        signal,
      ),
  };
}

/** `text` is for notifications and for what knows no blocks. */
export function slackMessage(event: RunEvent): Readonly<Record<string, unknown>> {
  const { title, text, ...rest } = cleanEvent(event);
  const facts = factsOf(rest).map(([name, value]) => `*${name}:* ${escapeSlack(value)}`);
  return {
    text: escapeSlack(title),
    // Nothing in foreign words becomes a link.
    unfurl_links: false,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${escapeSlack(title)}*` } },
      ...(text === ''
        ? []
        : [{ type: 'section', text: { type: 'plain_text', text: text.slice(0, MOST_TEXT) } }]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: facts.join('\n') }] },
    ],
  };
}

/** Of one text object: https://docs.slack.dev/reference/block-kit/composition-objects/text-object */
const MOST_TEXT = 3000;

/** The three characters by which Slack tells links, mentions and entities. */
export function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
