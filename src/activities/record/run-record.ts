import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubernetesClient } from '../../clients/kubernetes.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { RECORD_LABELS, RUN_LABEL, runRecordName } from './record-names.ts';

/** Base64 grows bytes by a third; a ConfigMap may hold 1 MiB with its metadata. */
const CHUNK_BYTES = 700_000;
/** No part of a record may grow beyond this when it is unpacked. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Thrown when a part of a run's record is missing, torn or was changed. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** One run's record in the cluster: named parts of JSON, gzipped, chunked, checked by digest. */
export interface RunRecord {
  /** Writes a part whole; writing it again replaces it at once, never half. `isThere` is a hint. */
  put(part: string, value: unknown, options?: { readonly isThere?: boolean }): Promise<void>;
  /** The part, or `undefined` when it was never written. Throws `RecordError` when it is damaged. */
  get(part: string): Promise<unknown>;
}

/**
 * The record of a run, as ConfigMaps `meshlift-run-<run>-<part>` beside the mesh. The first chunk
 * lies in the head; further ones in ConfigMaps named after the digest, written before the head, so
 * that the head's replacement is the one moment at which a part changes.
 */
export function openRunRecord(
  kubernetes: KubernetesClient,
  meshNamespace: string,
  runId: string,
  hop?: number,
): RunRecord {
  const configMap = (name: string, data: object, chunk: Buffer): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: meshNamespace,
      labels: { ...RECORD_LABELS, [RUN_LABEL]: runId },
    },
    data,
    binaryData: { gzip: chunk.toString('base64') },
  });
  const headName = (part: string): string => `${runRecordName(runId, hop)}-${part}`;
  const read = (name: string): Promise<KubernetesObject | undefined> =>
    kubernetes.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: meshNamespace, name });

  return {
    put: async (part, value, options) => {
      const packed = gzipSync(packable(headName(part), value));
      const sha256 = createHash('sha256').update(packed).digest('hex');
      const count = Math.max(1, Math.ceil(packed.length / CHUNK_BYTES));
      for (let index = count - 1; index >= 0; index -= 1) {
        const chunk = packed.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
        const name = index === 0 ? headName(part) : chunkName(headName(part), sha256, index);
        const isThere = index === 0 && options?.isThere === true;
        await write(kubernetes, configMap(name, { sha256, chunks: String(count) }, chunk), isThere);
      }
    },
    get: async (part) => {
      const head = await read(headName(part));
      if (head === undefined) return undefined;
      const { sha256 = '', chunks = '1' } = (head['data'] ?? {}) as Record<string, string>;
      const packed = [bytesOf(head)];
      for (let index = 1; index < Number(chunks); index += 1) {
        const name = chunkName(headName(part), sha256, index);
        const next = await read(name);
        if (next === undefined) throw chunkMissing(`${meshNamespace}/${name}`, { index, chunks });
        packed.push(bytesOf(next));
      }
      return unpack(`ConfigMap ${meshNamespace}/${headName(part)}`, Buffer.concat(packed), sha256);
    },
  };
}

function chunkName(head: string, sha256: string, index: number): string {
  return `${head}-${sha256.slice(0, 12)}-${index}`;
}

/** What could not be read again is not written either. */
function packable(name: string, value: unknown): string {
  const text = JSON.stringify(value);
  const size = Buffer.byteLength(text);
  if (size <= MAX_UNPACKED_BYTES) return text;
  throw new RecordError(
    `ConfigMap ${name}: expected at most ${MAX_UNPACKED_BYTES} bytes of JSON, found ${size}: the mesh is too large for one record. Nothing was changed by this step; move fewer namespaces in one run`,
  );
}

/** Whatever count the head has, no more is read than is there. */
function chunkMissing(
  name: string,
  { index, chunks }: { readonly index: number; readonly chunks: string },
): RecordError {
  return new RecordError(
    `ConfigMap ${name}: expected chunk ${index + 1} of ${chunks}, found none: it was deleted, or the head was edited`,
  );
}

function unpack(where: string, packed: Buffer, expected: string): unknown {
  const found = createHash('sha256').update(packed).digest('hex');
  if (found !== expected) {
    throw new RecordError(
      `${where}: expected content of sha256 ${expected}, found ${found}: it is incomplete or was edited`,
    );
  }
  try {
    const text = gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // Whoever can make the digest fit wrote it; trying again will not help.
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new RecordError(
      `${where}: expected gzipped JSON of at most ${MAX_UNPACKED_BYTES} bytes, found another content (${found}): it was edited`,
      { cause },
    );
  }
}

function bytesOf(configMap: KubernetesObject): Buffer {
  const data = configMap['binaryData'] as Readonly<Record<string, string>> | undefined;
  return Buffer.from(data?.['gzip'] ?? '', 'base64');
}

/** Tries first what is likely, and does the other when it was not so. */
async function write(
  kubernetes: KubernetesClient,
  configMap: KubernetesObject,
  isThere: boolean,
): Promise<void> {
  try {
    await (isThere ? kubernetes.replace(configMap) : kubernetes.create(configMap));
  } catch (error) {
    const expected = isThere ? 'NotFound' : 'AlreadyExists';
    if (!(error instanceof KubernetesError) || error.reason !== expected) throw error;
    await (isThere ? kubernetes.create(configMap) : kubernetes.replace(configMap));
  }
}
