import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createKubernetesClient, type KubernetesClient } from '../../src/clients/kubernetes.ts';

/** An API server that is in trouble at the first request and then does as it is told. */
let server: Server;
let dir: string;
let kubernetes: KubernetesClient;
let asked: string[];
let trouble: number;

beforeEach(async () => {
  asked = [];
  trouble = 500;
  server = createServer((request, response) => {
    asked.push(request.method ?? '');
    response.writeHead(asked.length === 1 ? trouble : 200, { 'content-type': 'application/json' });
    response.end('{}');
    request.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  dir = await mkdtemp(path.join(tmpdir(), 'meshlift-writes-'));
  const kubeconfig = path.join(dir, 'kubeconfig');
  const { port } = server.address() as AddressInfo;
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'c',
          cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'u', user: {} }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    }),
  );
  kubernetes = createKubernetesClient({ kubeconfig });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true });
});

const REF = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'cart' };
const POD = { ...REF, kind: 'Pod' };
const OBJECT = { ...REF, metadata: { namespace: 'shop', name: 'cart' } };
const NAMELESS = { ...OBJECT, metadata: { namespace: 'shop', name: '' } };
const BOUND = { metadata: { resourceVersion: '7', labels: { a: 'b' } } };

it.each<[string, (client: KubernetesClient) => Promise<unknown>]>([
  ['a creation that is only tried', (client) => client.create(OBJECT, { dryRun: true })],
  ['a creation by name', (client) => client.create(OBJECT)],
  ['an apply', (client) => client.apply(OBJECT, { fieldManager: 'meshlift' })],
  ['a replacement', (client) => client.replace(OBJECT)],
  ['a patch of the version that was read', (client) => client.mergePatch(REF, BOUND)],
  ['a deletion of this very object', (client) => client.delete(REF, { uid: 'u-1' })],
  ['an eviction of this very pod', (client) => client.evict(POD, { uid: 'u-1' })],
])('%s is sent again when the server is in trouble', async (_what, write) => {
  await write(kubernetes);

  expect(asked).toHaveLength(2);
});

it.each<[string, (client: KubernetesClient) => Promise<unknown>]>([
  ['a creation without a name', (client) => client.create(NAMELESS)],
  ['a patch of whatever is there', (client) => client.mergePatch(REF, { data: { a: 'b' } })],
  ['a deletion by name', (client) => client.delete(REF)],
  ['an eviction by name', (client) => client.evict(POD)],
])('%s is left to its caller when the server is in trouble', async (_what, write) => {
  await expect(write(kubernetes)).rejects.toThrow('500');

  expect(asked).toHaveLength(1);
});

it('an eviction of this very pod is left to its caller when nobody knows for how long it was waited', async () => {
  trouble = 504;

  await expect(kubernetes.evict(POD, { uid: 'u-1' })).rejects.toThrow('504');

  expect(asked).toHaveLength(1);
});
