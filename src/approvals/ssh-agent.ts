import type { KeyObject } from 'node:crypto';
import { connect } from 'node:net';
import { keyIdOf, UnusableKey } from './ed25519-key.ts';
import { readSshKey } from './public-key.ts';
import type { Signer } from './sign-decision.ts';
import { readSshString, writeSshString } from './ssh-wire.ts';

/** Numbers of draft-ietf-sshm-ssh-agent, section 6.1. */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** OpenSSH's own limit. */
const MAX_ANSWER_BYTES = 262_144;
const LIST_TIMEOUT_MS = 5000;
/** The agent may ask its owner to confirm, or to touch a token. */
const SIGN_TIMEOUT_MS = 60_000;

interface AgentKey {
  readonly blob: Buffer;
  readonly comment: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** The signer of an Ed25519 key that the agent at that socket holds: the only one, or the one named. */
export async function agentSigner(socket: string, wanted: string | undefined): Promise<Signer> {
  const keys = await listKeys(socket);
  const [key, ...others] = keys.filter(
    ({ comment, keyId }) => wanted === undefined || wanted === comment || wanted === keyId,
  );
  if (key === undefined || others.length > 0) throw notOne(keys, wanted);
  return {
    kind: 'agent',
    keyId: key.keyId,
    publicKey: key.publicKey,
    sign: (bytes) => signWith(socket, key, bytes),
  };
}

async function listKeys(socket: string): Promise<readonly AgentKey[]> {
  const answer = await ask(socket, Buffer.from([REQUEST_IDENTITIES]), LIST_TIMEOUT_MS);
  if (answer[0] !== IDENTITIES_ANSWER || answer.length < 5) throw unexpected('its keys');
  const keys: Promise<AgentKey>[] = [];
  let at = 5;
  for (let left = answer.readUInt32BE(1); left > 0; left -= 1) {
    const blob = readSshString(answer, at);
    const comment = readSshString(answer, blob.end);
    at = comment.end;
    if (isEd25519(blob.bytes)) keys.push(toAgentKey(blob.bytes, comment.bytes.toString('utf8')));
  }
  return Promise.all(keys);
}

/** Not those of security keys (`sk-…`): they sign more than the bytes, which is no JWS. */
function isEd25519(blob: Buffer): boolean {
  return readSshString(blob, 0).bytes.toString('latin1') === 'ssh-ed25519';
}

async function toAgentKey(blob: Buffer, comment: string): Promise<AgentKey> {
  const publicKey = readSshKey(blob);
  return { blob, comment, keyId: await keyIdOf(publicKey), publicKey };
}

async function signWith(
  socket: string,
  { blob, comment }: AgentKey,
  bytes: Buffer,
): Promise<Buffer> {
  const noFlags = Buffer.alloc(4);
  const request = Buffer.concat([
    Buffer.from([SIGN_REQUEST]),
    writeSshString(blob),
    writeSshString(bytes),
    noFlags,
  ]);
  const answer = await ask(socket, request, SIGN_TIMEOUT_MS);
  if (answer[0] !== SIGN_RESPONSE) {
    throw new UnusableKey(
      `the SSH agent does not sign with the key "${comment}": it refused, or its owner did`,
    );
  }
  const signature = readSshString(answer, 1).bytes;
  const kind = readSshString(signature, 0);
  if (kind.bytes.toString('latin1') !== 'ssh-ed25519') throw unexpected('a signature');
  return readSshString(signature, kind.end).bytes;
}

/** Sends one message and gives its answer, without the length before it. */
function ask(path: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let received = Buffer.alloc(0);
    const fail = (why: string, cause?: Error): void => {
      socket.destroy();
      reject(
        new UnusableKey(
          `the SSH agent at ${path} ${why}. Check SSH_AUTH_SOCK, and \`ssh-add -l\``,
          {
            cause,
          },
        ),
      );
    };
    socket.setTimeout(timeoutMs, () => fail(`gave no answer within ${timeoutMs / 1000} s`));
    socket.once('error', (error) => fail(`cannot be reached: ${error.message}`, error));
    socket.once('end', () => fail('ended the connection'));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4) return;
      const length = received.readUInt32BE(0);
      if (length === 0 || length > MAX_ANSWER_BYTES) return fail(`announced ${length} bytes`);
      if (received.length < 4 + length) return;
      socket.removeAllListeners('end').destroy();
      resolve(received.subarray(4, 4 + length));
    });
    socket.write(writeSshString(message));
  });
}

function notOne(keys: readonly AgentKey[], wanted: string | undefined): UnusableKey {
  const listed =
    keys.length === 0
      ? 'none'
      : keys.map(({ comment, keyId }) => `"${comment}" (${keyId})`).join(', ');
  const expected =
    wanted === undefined ? 'one Ed25519 key' : `one Ed25519 key with the comment or id "${wanted}"`;
  const remedy =
    keys.length === 0 ? 'Add one with ssh-add' : 'Name one of them by --agent COMMENT-OR-ID';
  return new UnusableKey(`expected ${expected} in the SSH agent, found ${listed}. ${remedy}`);
}

function unexpected(what: string): UnusableKey {
  return new UnusableKey(`expected ${what} from the SSH agent, found another answer`);
}
