import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createCertificateAuthority, type SignedKey } from '../../rig/certificates.ts';
import { createNotifier } from '../../src/notifications/index.ts';
import { NotifyError } from '../../src/notifications/notify-error.ts';
import type { SlackSettings } from '../../src/notifications/settings.ts';
import { startReceiver, taken, type Answer, type Receiver } from '../support/receiver.ts';
import { sampleEvent } from '../support/sample-event.ts';

/** Part of each address here, and in no error. */
const CANARY = 'T0CANARY7SECRET';

const open: Receiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function receiver(answer: Answer, key?: SignedKey): Promise<Receiver> {
  const started = await startReceiver(answer, key);
  open.push(started);
  return started;
}

const never = new AbortController().signal;

interface Sending {
  readonly tls?: SlackSettings['tls'];
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
}

async function send(url: string, { tls = 'off', signal = never, ...rest }: Sending = {}) {
  const settings: SlackSettings = {
    name: 'ops',
    kind: 'slack',
    url: { kind: 'env', name: 'URL' },
    tls,
  };
  const env = { URL: `${url}/services/${CANARY}` };
  await createNotifier(settings, { env, ...rest }).send(sampleEvent(), signal);
}

/** The error of a delivery, which names the notifier and gives away nothing else. */
async function errorOf(sending: Promise<void>): Promise<NotifyError> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof NotifyError)) throw error;
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(CANARY);
    expect(error.cause).toBeUndefined();
    expect(error.message).toMatch(/^notifier ops: expected /);
    return error;
  }
  throw new Error('it was delivered');
}

describe('a delivery over HTTP', () => {
  it.each([200, 201, 202, 204, 299])('is done when the answer is %i', async (status) => {
    const { url, received } = await receiver((response) => response.writeHead(status).end());

    await send(url);

    expect(received).toHaveLength(1);
  });

  it.each([
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, true],
    [410, false],
    [425, true],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [599, true],
  ])('that is answered %i has failed; worth another try: %s', async (status, transient) => {
    const { url } = await receiver((response) => response.writeHead(status).end(CANARY));

    const error = await errorOf(send(url));

    expect(error.message).toContain(`expected an answer of 2xx, found ${status}`);
    expect(error).toMatchObject({ transient, retryAfterSeconds: undefined });
  });

  it.each([
    ['120', 120],
    ['0', undefined],
    ['86400', 300],
    ['soon', undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 300],
  ])(
    'leaves a receiver alone that says Retry-After: %s for %s seconds',
    async (header, seconds) => {
      const { url } = await receiver((response) =>
        response.writeHead(429, { 'retry-after': header }).end(),
      );

      expect(await errorOf(send(url))).toMatchObject({
        transient: true,
        retryAfterSeconds: seconds,
      });
    },
  );

  it.each([301, 302, 303, 307, 308])('follows no redirect: %i', async (status) => {
    const elsewhere = await receiver(taken);
    const { url, received } = await receiver((response) =>
      response.writeHead(status, { location: `${elsewhere.url}/${CANARY}` }).end(),
    );

    const error = await errorOf(send(url));

    expect(error).toMatchObject({ transient: false });
    expect([received.length, elsewhere.received.length]).toEqual([1, 0]);
  });

  it('is over in time when no answer comes', async () => {
    const { url, allClosed } = await receiver(() => undefined);
    const begun = Date.now();

    const error = await errorOf(send(url, { deadlineMs: 300 }));

    expect(error.message).toContain('expected an answer in time, found none');
    expect(error.transient).toBe(true);
    expect(Date.now() - begun).toBeLessThan(5000);
    await allClosed();
  });

  it('does not wait for the end of an answer, and closes the connection', async () => {
    const { url, allClosed } = await receiver((response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const more = setInterval(() => response.write('x'.repeat(65_536)), 5);
      response.on('close', () => clearInterval(more));
    });
    const begun = Date.now();

    await send(url);

    expect(Date.now() - begun).toBeLessThan(5000);
    await allClosed();
  });

  it('ends when the activity is cancelled', async () => {
    const { url } = await receiver(() => undefined);
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 100);

    const error = await errorOf(send(url, { signal: cancel.signal }));

    expect(error.transient).toBe(true);
  });

  it('is worth another try where nobody listens', async () => {
    const gone = await startReceiver(taken);
    await gone.close();

    const error = await errorOf(send(gone.url));

    expect(error.message).toContain('found ECONNREFUSED');
    expect(error.transient).toBe(true);
  });

  it('takes an address that is none for what it is', async () => {
    expect((await errorOf(send('hooks.example.org'))).message).toContain('found no address');
    expect((await errorOf(send('ftp://hooks.example.org'))).message).toContain(
      'found one that begins with ftp://',
    );
  });
});

describe('TLS', () => {
  let key: SignedKey;
  let authority: string;
  beforeAll(async () => {
    const made = await createCertificateAuthority('receivers');
    authority = made.certificatePem;
    key = await made.issue({ commonName: 'receiver' }, ['127.0.0.1']);
  });

  it('is needed, unless the configuration says otherwise', async () => {
    const { url, received } = await receiver(taken);

    const error = await errorOf(send(url, { tls: 'required' }));
    await send(url, { tls: 'off' });

    expect(error.message).toContain('expected an address that begins with https://');
    expect(received).toHaveLength(1);
  });

  it('is refused with a certificate that nobody vouches for', async () => {
    const { url, received } = await receiver(taken, key);

    const error = await errorOf(send(url, { tls: 'required' }));

    expect(error.message).toContain('found UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(received).toEqual([]);

    const before = getCACertificates('default');
    setDefaultCACertificates([...before, authority]);
    try {
      await send(url, { tls: 'required' });
    } finally {
      setDefaultCACertificates(before);
    }
    expect(received).toHaveLength(1);
  });
});
