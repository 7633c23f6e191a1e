import { afterAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../src/config/load-config.ts';
import { RUN_EVENTS } from '../../src/domain/run-event.ts';
import { webhookBody } from '../../src/notifications/schema.ts';
import { signatureHeaders } from '../../src/notifications/sign.ts';
import { webhookBody as bodyOf } from '../../src/notifications/webhook.ts';
import { blocksOf, readDocument, tableRows } from './markdown.ts';

const DOCUMENT = readDocument('docs/notifications.md');
const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the example is a configuration with a notifier of each kind', () => {
  const [example = ''] = blocksOf(DOCUMENT, 'yaml');
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, example);

  const { notifications = [] } = loadConfig(file);

  expect(notifications.map(({ kind }) => kind)).toEqual([
    'webhook',
    'slack',
    'cloudevents',
    'smtp',
  ]);
});

it('every event has its meaning, and none that is gone', () => {
  const table = DOCUMENT.split('## Events')[1]?.split('##')[0] ?? '';
  const told = tableRows(table).map(([cell = '']) => cell.replaceAll('`', ''));

  expect(told.toSorted()).toEqual([...RUN_EVENTS].toSorted());
});

it('the body is one that is sent', () => {
  const [example = ''] = blocksOf(DOCUMENT, 'json');

  const body = webhookBody.parse(JSON.parse(example));

  expect(bodyOf(body.data)).toEqual(body);
});

it('the sample of a receiver takes what we sign, and nothing else', async () => {
  const [sample = ''] = blocksOf(DOCUMENT, 'js');
  const file = path.join(folder, 'is-genuine.mjs');
  writeFileSync(file, sample);
  const { isGenuine } = (await import(pathToFileURL(file).href)) as {
    readonly isGenuine: (
      secret: string,
      headers: Readonly<Record<string, string>>,
      body: string,
      now?: number,
    ) => boolean;
  };
  const [secret, other] = [1, 2].map(
    (byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`,
  ) as [string, string];
  const signed = { id: 'x-1', timestampSeconds: Math.floor(Date.now() / 1000), body: '{"a":1}' };
  const headers = signatureHeaders('ops', `${other}\n${secret}`, signed);

  expect(isGenuine(secret, headers, '{"a":1}')).toBe(true);
  expect(isGenuine(other, headers, '{"a":1}')).toBe(true);
  expect(isGenuine(secret, headers, '{"a":2}')).toBe(false);
  expect(isGenuine(secret, { ...headers, 'webhook-id': 'x-2' }, '{"a":1}')).toBe(false);
  expect(isGenuine(secret, headers, '{"a":1}', Date.now() + 301_000)).toBe(false);
  expect(isGenuine(secret, { 'webhook-id': 'x-1' }, '{"a":1}')).toBe(false);
  expect(isGenuine(`whsec_${Buffer.alloc(32, 3).toString('base64')}`, headers, '{"a":1}')).toBe(
    false,
  );
});
