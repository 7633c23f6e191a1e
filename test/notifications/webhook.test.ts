import { afterEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createNotifier } from '../../src/notifications/index.ts';
import { webhookBody } from '../../src/notifications/schema.ts';
import type { NotifierSettings } from '../../src/notifications/settings.ts';
import { startReceiver, taken, type Answer, type Receiver } from '../support/receiver.ts';
import { sampleEvent } from '../support/sample-event.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const NEXT_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

const open: Receiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function receiver(answer: Answer = taken): Promise<Receiver> {
  const started = await startReceiver(answer);
  open.push(started);
  return started;
}

function webhook(url: string, but: object = {}): NotifierSettings {
  return {
    name: 'ops',
    kind: 'webhook',
    url: { kind: 'given', url },
    secret: { kind: 'env', name: 'OPS_SECRET' },
    tls: 'off',
    ...but,
  };
}

const never = new AbortController().signal;

async function send(settings: NotifierSettings, secret = SECRET): Promise<void> {
  await createNotifier(settings, { env: { OPS_SECRET: secret } }).send(sampleEvent(), never);
}

describe('a webhook', () => {
  it('gets the documented JSON, which receivers verify by the library of the standard', async () => {
    const { url, received } = await receiver();

    await send(webhook(`${url}/hooks/mesh?team=ops`));

    const [{ headers = {}, body = '', path, method } = {}] = received;
    expect({ path, method }).toEqual({ path: '/hooks/mesh?team=ops', method: 'POST' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'meshlift' });
    const verified = new Webhook(SECRET).verify(body, headersOf(headers));
    expect(webhookBody.parse(verified)).toEqual({
      type: 'dev.meshlift.gate-opened',
      timestamp: sampleEvent().at,
      data: sampleEvent(),
    });
    expect(headers['webhook-id']).toBe(sampleEvent().id);
  });

  it('is not verified with another secret, nor once a letter of it was changed', async () => {
    const { url, received } = await receiver();

    await send(webhook(url));

    const [{ headers = {}, body = '' } = {}] = received;
    const verify = (secret: string, text: string): unknown =>
      new Webhook(secret).verify(text, headersOf(headers));
    expect(() => verify(SECRET, body)).not.toThrow();
    expect(() => verify(NEXT_SECRET, body)).toThrow('No matching signature');
    expect(() => verify(SECRET, body.replace('prod-eu', 'prod-us'))).toThrow('No matching');
  });

  it('is signed with both keys while one replaces another', async () => {
    const { url, received } = await receiver();

    await send(webhook(url), `${NEXT_SECRET}\n${SECRET}\n`);

    const [{ headers = {}, body = '' } = {}] = received;
    for (const secret of [SECRET, NEXT_SECRET]) {
      expect(() => new Webhook(secret).verify(body, headersOf(headers))).not.toThrow();
    }
  });

  it('sent again bears the same id, and the time of its own attempt', async () => {
    const { url, received } = await receiver();

    await send(webhook(url));
    await send(webhook(url));

    const [first, second] = received.map(({ headers }) => headersOf(headers));
    expect(second?.['webhook-id']).toBe(first?.['webhook-id']);
    const age = Date.now() / 1000 - Number(second?.['webhook-timestamp']);
    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(10);
  });

  it('is not sent where its secret is none, and says how to make one', async () => {
    const { url, received } = await receiver();

    await expect(send(webhook(url), 'hunter2-hunter2-hunter2-hunter2')).rejects.toThrow(
      'notifier ops: expected a secret "whsec_" and 24 to 64 bytes in base64, found something else. Make one with: echo "whsec_$(openssl rand -base64 32)"',
    );
    await expect(send(webhook(url), 'whsec_c2hvcnQ=')).rejects.toThrow('24 to 64 bytes');
    await expect(send(webhook(url), '')).rejects.toThrow(
      'expected a secret in the variable OPS_SECRET, found an empty one',
    );
    expect(received).toEqual([]);
  });
});

function headersOf(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((each): each is [string, string] => typeof each[1] === 'string'),
  );
}
