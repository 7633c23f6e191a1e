import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { SMTPServerOptions } from 'smtp-server';
import { createCertificateAuthority, type SignedKey } from '../../rig/certificates.ts';
import type { RunEvent } from '../../src/domain/run-event.ts';
import { createNotifier } from '../../src/notifications/index.ts';
import { NotifyError } from '../../src/notifications/notify-error.ts';
import type { SmtpSettings } from '../../src/notifications/settings.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { sampleEvent } from '../support/sample-event.ts';

const PASSWORD = 'CANARY-hunter2';

let key: SignedKey;
const trusted = getCACertificates('default');
beforeAll(async () => {
  const authority = await createCertificateAuthority('authority of mail');
  key = await authority.issue({ commonName: 'mail' }, ['127.0.0.1']);
  setDefaultCACertificates([...trusted, authority.certificatePem]);
});

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function server(options: SMTPServerOptions = {}): Promise<MailServer> {
  const started = await startMailServer({
    cert: key.certificatePem,
    key: key.keyPem,
    ...options,
  });
  open.push(started);
  return started;
}

interface Sending {
  readonly scheme?: 'smtp' | 'smtps';
  readonly settings?: Partial<SmtpSettings>;
  readonly event?: Partial<RunEvent>;
  readonly deadlineMs?: number;
}

async function send(port: number, { scheme = 'smtp', settings, event, ...rest }: Sending = {}) {
  const notifier = createNotifier(
    {
      name: 'mail',
      kind: 'smtp',
      url: { kind: 'given', url: `${scheme}://127.0.0.1:${port}` },
      tls: 'required',
      from: 'meshlift@example.org',
      to: ['mesh@example.org', 'oncall@example.org'],
      ...settings,
    },
    { env: { MAIL_PASSWORD: PASSWORD }, ...rest },
  );
  await notifier.send(sampleEvent(event), new AbortController().signal);
}

async function errorOf(sending: Promise<void>): Promise<NotifyError> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof NotifyError)) throw error;
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('CANARY');
    expect(error.cause).toBeUndefined();
    return error;
  }
  throw new Error('it was delivered');
}

const LOGIN = {
  login: { user: 'bot', password: { kind: 'env', name: 'MAIL_PASSWORD' } },
} as const;

/** Takes the password of the tests, and no other. */
const withLogin: SMTPServerOptions = {
  authOptional: false,
  onAuth: ({ username, password }, _session, done) => {
    if (username === 'bot' && password === PASSWORD) done(null, { user: username });
    else done(new Error(`no ${password ?? ''}`));
  },
};

describe('a mail', () => {
  it('goes by STARTTLS, with a login, to everybody who is to have it', async () => {
    const { port, mails } = await server(withLogin);

    await send(port, { settings: LOGIN });

    const [{ source = '', ...mail } = {}] = mails;
    expect(mail).toEqual({
      from: 'meshlift@example.org',
      to: ['mesh@example.org', 'oncall@example.org'],
      user: 'bot',
      secure: true,
    });
    const lines = source.replaceAll('\r\n', '\n').replaceAll('=\n', '');
    const [head = '', text = ''] = lines.split(/\n\n(.*)/s);
    const headers = head.toLowerCase().split('\n');
    expect(headers).toContain('subject: [meshlift] prod-eu: gate complete waits for a decision');
    expect(headers).toContain(`message-id: <${sampleEvent().id}@meshlift>`);
    expect(headers).toContain('auto-submitted: auto-generated');
    expect(headers).toContain('content-type: text/plain; charset=utf-8');
    expect(text).toContain('waits at gate complete until 2026-11-04T21:04:05.678Z.');
    expect(text).toContain('Cluster: prod-eu\n');
    expect(text).not.toContain(PASSWORD);
  });

  it('goes by TLS from the start', async () => {
    const { port, mails } = await server({ secure: true });

    await send(port, { scheme: 'smtps' });

    expect(mails.map(({ secure }) => secure)).toEqual([true]);
  });

  it('does not go to a server without STARTTLS, unless the configuration says otherwise', async () => {
    const { port, mails } = await server({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });

    const error = await errorOf(send(port));
    await send(port, { settings: { tls: 'off' } });

    expect(error.message).toContain('found no TLS');
    expect(error.transient).toBe(true);
    expect(mails.map(({ secure }) => secure)).toEqual([false]);
  });

  it('does not go to a server that nobody vouches for', async () => {
    const stranger = await createCertificateAuthority('stranger');
    const own = await stranger.issue({ commonName: 'mail' }, ['127.0.0.1']);
    const { port, mails } = await server({ cert: own.certificatePem, key: own.keyPem });

    const error = await errorOf(send(port));

    expect(error.message).toContain('found UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(mails).toEqual([]);
  });

  it('is given up where the login is refused, in words that do not repeat it', async () => {
    const { port } = await server({
      ...withLogin,
      onAuth: ({ password }, _session, done) => done(new Error(`no ${password ?? ''}`)),
    });

    const error = await errorOf(send(port, { settings: LOGIN }));

    expect(error.message).toBe(
      'notifier mail: expected the mail server to take it, found 535. Check its from, its to and its login',
    );
    expect(error.transient).toBe(false);
  });

  it.each([
    [451, true],
    [550, false],
  ])('that is answered %i is worth another try: %s', async (responseCode, transient) => {
    const { port } = await server({
      onRcptTo: (_address, _session, done) => {
        done(Object.assign(new Error('CANARY'), { responseCode }));
      },
    });

    expect(await errorOf(send(port))).toMatchObject({ transient });
  });

  it('is over in time where the server says nothing', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => silent.close(resolve)) });
    const { port } = silent.address() as { port: number };
    const begun = Date.now();

    const error = await errorOf(send(port, { deadlineMs: 300 }));

    expect(Date.now() - begun).toBeLessThan(5000);
    expect(error).toMatchObject({ transient: true });
  });

  it('gets no further header and no further receiver from what a cluster says', async () => {
    const { port, mails } = await server();

    await send(port, { event: { title: 'x\r\nBcc: evil@example.org\r\n\r\nboo' } });

    const [{ source = '', to = [] } = {}] = mails;
    expect(to).toHaveLength(2);
    expect(source).toContain('Subject: [meshlift] x Bcc: evil@example.org boo\r\n');
    expect(source).not.toMatch(/^Bcc:/m);
  });
});
