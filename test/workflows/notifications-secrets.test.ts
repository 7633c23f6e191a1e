import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createNotify } from '../../src/activities/notify.ts';
import type { NotifierSettings, SecretRef } from '../../src/notifications/settings.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { useStage } from '../support/use-stage.ts';

const { describeOnStage, stage } = await useStage('secrets of notifiers');

/** Part of every address, key and password here. */
const CANARY = 'C4n4ryOfASecret00000000000000000';

let folder = '';
let receiver: Receiver;
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-secrets-'));
  receiver = await startReceiver((response, { path: asked }) => {
    if (asked.startsWith('/well')) response.writeHead(200).end();
    else response.writeHead(404, `no ${CANARY}`, { 'x-echo': CANARY }).end(asked);
  });
});
afterAll(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true });
});

function secret(name: string, value: string): SecretRef {
  const file = path.join(folder, name);
  writeFileSync(file, `${value}\n`);
  return { kind: 'file', file };
}

function notifiers(): readonly NotifierSettings[] {
  const key = secret('key', `whsec_${CANARY}${CANARY}`);
  const url = (name: string, value: string): SecretRef => secret(`${name}-url`, value);
  const http = { tls: 'off' } as const;
  return [
    {
      ...http,
      name: 'well',
      kind: 'webhook',
      url: url('well', `${receiver.url}/well/${CANARY}`),
      secret: key,
    },
    { ...http, name: 'refusing', kind: 'slack', url: url('refusing', `${receiver.url}/${CANARY}`) },
    {
      ...http,
      name: 'unreadable',
      kind: 'slack',
      url: url('unreadable', `${CANARY} is no address`),
    },
    {
      ...http,
      name: 'nowhere',
      kind: 'cloudevents',
      url: url('nowhere', `http://${CANARY}.invalid/`),
      secret: key,
    },
    {
      name: 'mail',
      kind: 'smtp',
      tls: 'required',
      url: url('mail', `smtp://127.0.0.1:1/${CANARY}`),
      from: 'a@b.org',
      to: ['c@d.org'],
      login: { user: 'bot', password: secret('password', CANARY) },
    },
  ];
}

/** Everything in it that can be read, payloads included. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}=${textOf(inner)}`)
    .join('\n');
}

describeOnStage('a history', () => {
  it('has no address, key or password of a notifier, whatever becomes of its messages', async () => {
    const notifications = notifiers();
    const notify = createNotify({
      file: '/etc/meshlift.yaml',
      taskQueue: 'test',
      istioctl: {},
      versions: [],
      clusters: new Map(),
      notifications,
    });
    const run = await stage().begin({ notifications, but: { notify } });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('reject', { args: [{}] });
    const report = await run.result();

    const text = textOf(await run.handle.fetchHistory());
    for (const { name } of notifications) expect(text).toContain(`"notifier":"${name}"`);
    expect(receiver.received.filter(({ path: asked }) => asked.includes(CANARY)).length).toBe(4);
    expect(text).toContain('notifier refusing: expected an answer of 2xx, found 404');
    const undelivered = report.undelivered ?? [];
    expect(undelivered.filter((each) => each.startsWith('well'))).toEqual([]);
    expect(new Set(undelivered.map((each) => each.split(' ')[0]))).toEqual(
      new Set(['refusing', 'unreadable', 'nowhere', 'mail']),
    );
    expect(text).not.toContain(CANARY);
    expect(JSON.stringify(report)).not.toContain(CANARY);
  });
});
