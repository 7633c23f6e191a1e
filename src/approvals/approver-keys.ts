import type { KeyObject } from 'node:crypto';
import { readText } from '../config/read-text.ts';
import { keyIdOf } from './ed25519-key.ts';
import { readPublicKey } from './public-key.ts';

/** A public key and whose it is. */
export interface ApproverKey {
  readonly approver: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** The keys that could be read, and what is wrong with the others: one bad file locks nobody else out. */
export interface ApproverKeys {
  readonly keys: readonly ApproverKey[];
  readonly problems: readonly string[];
}

/** By name of the approver: the paths of their key files. */
export type KeyFiles = Readonly<Record<string, { readonly keys: readonly string[] }>>;

const MAX_KEY_BYTES = 16_384;

/** Reads every key file anew: a key that was added or taken away counts from the next decision on. */
export async function loadApproverKeys(approvers: KeyFiles): Promise<ApproverKeys> {
  const files = Object.entries(approvers).flatMap(([approver, { keys }]) =>
    keys.map((file) => ({ approver, file })),
  );
  const read = await Promise.all(files.map(loadKey));
  const keys = read.flatMap((each) => (typeof each === 'string' ? [] : [each]));
  const problems = read.filter((each) => typeof each === 'string');
  const shared = keys.filter(({ approver, keyId }) =>
    keys.some((other) => other.keyId === keyId && other.approver !== approver),
  );
  return {
    keys: keys.filter((key) => !shared.includes(key)),
    problems: [...problems, ...describeShared(shared)],
  };
}

async function loadKey({
  approver,
  file,
}: {
  readonly approver: string;
  readonly file: string;
}): Promise<ApproverKey | string> {
  try {
    const publicKey = readPublicKey(readText(file, MAX_KEY_BYTES));
    return { approver, keyId: await keyIdOf(publicKey), publicKey };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the key ${file} of approver ${approver} is not used: ${why}`;
  }
}

/** A key that two persons have says nothing about who signed, and would count twice in a quorum. */
function describeShared(shared: readonly ApproverKey[]): readonly string[] {
  const ids = [...new Set(shared.map(({ keyId }) => keyId))];
  return ids.map((id) => {
    const names = shared.filter(({ keyId }) => keyId === id).map(({ approver }) => approver);
    return `the key ${id} is not used: expected one approver to have it, found ${names.join(' and ')}. Give each their own`;
  });
}
