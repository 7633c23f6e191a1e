import { createTransport } from 'nodemailer';
import type { RunEvent } from '../domain/run-event.ts';
import { cleanEvent } from './clean-event.ts';
import { factsOf } from './facts.ts';
import type { Notifier } from './notifier.ts';
import { NotifyError, type NotifyProblem } from './notify-error.ts';
import { readSecret, readUrl, type Environment } from './secret.ts';
import type { SmtpSettings } from './settings.ts';

/** E-mail. `smtps:` speaks TLS from the start, `smtp:` by STARTTLS, without which nothing is sent. */
export function createSmtp(settings: SmtpSettings, env: Environment): Notifier {
  const { name, from, to } = settings;
  return {
    send: async (event, signal) => {
      const transport = createTransport(transportOptions(settings, env));
      const { title, text, ...rest } = cleanEvent(event);
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: `[meshlift] ${title}`,
          text: mailText(text, rest),
          // The same at each attempt: mail programs show it once.
          messageId: `<${event.id}@meshlift>`,
          headers: { 'auto-submitted': 'auto-generated' },
          signal,
        });
      } catch (error) {
        throw new NotifyError(name, refusal(error));
      } finally {
        transport.close();
      }
    },
  };
}

function transportOptions(
  { name, url, tls, login }: SmtpSettings,
  env: Environment,
): Parameters<typeof createTransport>[0] & object {
  const { protocol, hostname, port } = addressOf(name, readUrl(name, url, env));
  const isSecure = protocol === 'smtps:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port: Number(port) }),
    secure: isSecure,
    ...(isSecure ? {} : tls === 'off' ? { ignoreTLS: true } : { requireTLS: true }),
    maxResponseSize: 65_536,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login === undefined
      ? {}
      : { auth: { user: login.user, pass: readSecret(name, login.password, env) } }),
  };
}

function addressOf(notifier: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ['smtp:', 'smtps:'].includes(url.protocol)) return url;
  throw new NotifyError(notifier, {
    expected: 'an address such as smtps://mail.example.org or smtp://mail.example.org:587',
    found: url === undefined ? 'no address' : `one that begins with ${url.protocol}//`,
    remedy: 'Correct its url',
    transient: true,
  });
}

function mailText(text: string, rest: Omit<RunEvent, 'title' | 'text'>): string {
  const facts = factsOf(rest).map(([name, value]) => `${name}: ${value}`);
  return `${[text, facts.join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}

/** Of the server's answer the code alone: its words may hold what was sent. */
function refusal(error: unknown): NotifyProblem {
  const expected = 'the mail server to take it';
  const responseCode = memberOf(error, 'responseCode');
  const code = memberOf(error, 'code');
  if (code === 'ETLS') {
    const remedy = 'Give it one, or have tls: off in meshlift.yaml; it is tried again';
    return { expected, found: 'no TLS', remedy, transient: true };
  }
  if (typeof responseCode === 'number') {
    // 5yz is final (RFC 5321, 4.2.1).
    const transient = responseCode < 500;
    const remedy = transient ? 'It is tried again' : 'Check its from, its to and its login';
    return { expected, found: String(responseCode), remedy, transient };
  }
  // Of a certificate that nobody vouches for, for one.
  const cause = memberOf(error, 'originalCode') ?? code;
  const found = typeof cause === 'string' ? cause : 'no answer';
  const remedy = 'Check that the worker reaches and trusts it; it is tried again';
  return { expected, found, remedy, transient: true };
}

function memberOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
