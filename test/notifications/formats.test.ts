import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { RUN_EVENTS } from '../../src/domain/run-event.ts';
import { hideCredentials } from '../../src/notifications/clean-event.ts';
import { cloudEvent } from '../../src/notifications/cloud-events.ts';
import { createNotifier } from '../../src/notifications/index.ts';
import { createRateLimit } from '../../src/notifications/rate-limit.ts';
import { slackMessage } from '../../src/notifications/slack.ts';
import { webhookBody } from '../../src/notifications/webhook.ts';
import { startReceiver, taken } from '../support/receiver.ts';
import { sampleEvent } from '../support/sample-event.ts';

describe('a message for Slack', () => {
  it('has a text for its notification, and blocks to read', () => {
    const { text, blocks } = slackMessage(sampleEvent({ url: 'https://temporal.example.org/x' }));

    expect(text).toBe('prod-eu: gate complete waits for a decision');
    expect(blocks).toEqual([
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*prod-eu: gate complete waits for a decision*' },
      },
      { type: 'section', text: { type: 'plain_text', text: sampleEvent().text } },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: [
              '*Cluster:* prod-eu',
              '*Target:* 1.26.1',
              '*Gate:* complete',
              '*Until:* 2026-11-04T21:04:05.678Z',
              `*Plan:* sha256:${'a'.repeat(64)}`,
              '*Run:* mesh/prod-eu (0198f3a2-5b7c-7d11-9a35-6f1f0c1e2d3b)',
              '*At:* 2026-11-03T21:04:05.678Z',
              '*Page:* https://temporal.example.org/x',
            ].join('\n'),
          },
        ],
      },
    ]);
  });

  it('calls nobody and links nowhere, whatever a cluster has put into its words', () => {
    const message = slackMessage(
      sampleEvent({ title: '<!channel> & <https://evil|ok>', cluster: '<@U1>', text: '<!here>' }),
    );

    const markup = JSON.stringify(message);
    expect(message['text']).toBe('&lt;!channel&gt; &amp; &lt;https://evil|ok&gt;');
    expect(markup).toContain('*Cluster:* &lt;@U1&gt;');
    expect(markup.replaceAll('{"type":"plain_text","text":"<!here>"}', '')).not.toMatch(/<[!@#h]/);
  });

  it('stays below what Slack takes, however long the words are', () => {
    const { blocks } = slackMessage(sampleEvent({ text: 'x'.repeat(10_000) }));

    const lengths = (blocks as { text?: { text: string } }[]).map((each) => each.text?.text.length);
    expect(lengths).toEqual([45, 3000, undefined]);
  });
});

describe('a CloudEvent', () => {
  it('has the attributes of version 1.0, and the documented JSON as its data', () => {
    expect(cloudEvent(sampleEvent())).toEqual({
      specversion: '1.0',
      id: sampleEvent().id,
      source: '/meshlift/mesh/prod-eu',
      type: 'dev.meshlift.gate-opened',
      subject: 'prod-eu',
      time: '2026-11-03T21:04:05.678Z',
      datacontenttype: 'application/json',
      data: sampleEvent(),
    });
  });

  it.each(RUN_EVENTS)('of %s keeps to the rules for names, sources and times', (kind) => {
    const { id, ...event } = cloudEvent(sampleEvent({ kind, workflowId: 'mesh/a b/ü' }));

    expect(Object.keys(event).every((name) => /^[a-z0-9]{1,20}$/.test(name))).toBe(true);
    expect(URL.canParse(String(event['source']), 'https://x')).toBe(true);
    expect(event['source']).toBe('/meshlift/mesh/a%20b/%C3%BC');
    expect(event['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(id).not.toBe('');
  });

  it('is sent in structured mode, signed only where there is a secret', async () => {
    const { url, received, close } = await startReceiver(taken);
    const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
    const settings = {
      name: 'broker',
      kind: 'cloudevents',
      url: { kind: 'given', url },
      tls: 'off',
    } as const;
    const { signal } = new AbortController();

    await createNotifier(settings).send(sampleEvent(), signal);
    await createNotifier(
      { ...settings, secret: { kind: 'env', name: 'S' } },
      { env: { S: secret } },
    ).send(sampleEvent(), signal);
    await close();

    const [plain, signed] = received;
    expect(plain?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
    });
    expect(plain?.headers['webhook-signature']).toBeUndefined();
    expect(JSON.parse(plain?.body ?? '')).toEqual(cloudEvent(sampleEvent()));
    const { 'webhook-id': id, 'webhook-timestamp': time } = signed?.headers ?? {};
    const signature = signed?.headers['webhook-signature'];
    expect(() =>
      new Webhook(secret).verify(signed?.body ?? '', {
        'webhook-id': String(id),
        'webhook-timestamp': String(time),
        'webhook-signature': String(signature),
      }),
    ).not.toThrow();
  });
});

describe('the words of a message', () => {
  it.each([
    ['https://bob:hunter2@git.example.org/x failed', 'https://***@git.example.org/x failed'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer ***'],
    ['got eyJhbGciOiJFZERTQSJ9..c2ln back', 'got *** back'],
    ['got eyJjIjoxfQ.eyJhbGciOiJFZERTQSJ9..c2ln back', 'got *** back'],
    ['password=hunter2, user=bob', 'password=***, user=bob'],
    ['api_key: 0123456789', 'api_key: ***'],
    ['-----BEGIN PRIVATE KEY----- MC4 -----END PRIVATE KEY----- end', '*** end'],
    ['the token:\nNothing was touched', 'the token:\nNothing was touched'],
    ['the Secret istio-ca-secret is there', 'the Secret istio-ca-secret is there'],
    [
      'gate complete expired at 2026-11-04T21:04:05Z',
      'gate complete expired at 2026-11-04T21:04:05Z',
    ],
  ])('%s goes out as: %s', (given, sent) => {
    expect(hideCredentials(given)).toBe(sent);
  });

  it('have no key of several lines, and keep what stands around it', () => {
    const key = [
      '-----BEGIN PRIVATE KEY-----',
      'MC4CAQAw',
      'BQYDK2Vw',
      '-----END PRIVATE KEY-----',
    ];
    const { data } = webhookBody(sampleEvent({ text: ['before', ...key, 'after'].join('\n') }));
    const cut = webhookBody(sampleEvent({ text: ['before', ...key.slice(0, 2)].join('\n') }));

    expect(data.text).toBe('before\n***\nafter');
    expect(cut.data.text).toBe('before\n***');
  });

  it('steer no terminal and no mail, and keep their lines', () => {
    const { data } = webhookBody(
      sampleEvent({ title: 'a\r\nBcc: x\u001b[2J\u202e', text: 'one\ntwo\u0007\u200b' }),
    );

    expect(data.title).toBe('a Bcc: x[2J');
    expect(data.text).toBe('one\ntwo');
  });
});

describe('the limit', () => {
  it('lets so many through in any minute, each notifier by itself, and says how long to wait', () => {
    const limit = createRateLimit(3);
    const take = (name: string, ...seconds: readonly number[]): readonly number[] =>
      seconds.map((each) => limit.take(name, each * 1000));

    expect(take('ops', 0, 10, 20)).toEqual([0, 0, 0]);
    expect(take('ops', 21, 59.5)).toEqual([39, 1]);
    expect(take('mail', 21)).toEqual([0]);
    expect(take('ops', 60, 60.1, 70)).toEqual([0, 10, 0]);
  });
});
