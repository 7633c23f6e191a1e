import { createHmac } from 'node:crypto';
import { NotifyError } from './notify-error.ts';

/** What is signed, as Standard Webhooks 1.0 has it. */
export interface Signed {
  readonly id: string;
  /** Of this attempt. */
  readonly timestampSeconds: number;
  readonly body: string;
}

const PREFIX = 'whsec_';
/** Of the specification: 192 to 512 bits. */
const [LEAST_BYTES, MOST_BYTES] = [24, 64];

/**
 * Headers by which a receiver knows who sent it, and that it is not sent anew by somebody else:
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * A secret has one key on each line: while one replaces another, each signs.
 */
export function signatureHeaders(
  notifier: string,
  secret: string,
  signed: Signed,
): Readonly<Record<string, string>> {
  const { id, timestampSeconds, body } = signed;
  const content = `${id}.${timestampSeconds}.${body}`;
  const keys = secret.split(/\s+/).map((line) => keyOf(notifier, line));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  };
}

function keyOf(notifier: string, line: string): Buffer {
  const base64 = line.startsWith(PREFIX) ? line.slice(PREFIX.length) : '';
  const key = Buffer.from(base64, 'base64');
  const isWhole = key.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  if (isWhole && key.length >= LEAST_BYTES && key.length <= MOST_BYTES) return key;
  throw new NotifyError(notifier, {
    expected: `a secret "${PREFIX}" and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64`,
    found: 'something else',
    remedy: 'Make one with: echo "whsec_$(openssl rand -base64 32)"',
    transient: true,
  });
}
