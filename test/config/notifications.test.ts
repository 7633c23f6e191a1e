import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { recipientsOf } from '../../src/notifications/recipients.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(notifications: string): Config {
  const file = path.join(folder, 'meshlift.yaml');
  const clusters = '  prod-eu: { kubeconfig: a }\n  prod-us: { kubeconfig: b }';
  const head = `apiVersion: meshlift.dev/v1alpha1\nclusters:\n${clusters}\n`;
  writeFileSync(file, `${head}notifications:\n${notifications}\n`);
  return loadConfig(file);
}

/** The refusal without the folder; fails when there is none. */
function refusalOf(notifications: string): string {
  try {
    load(notifications);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

const GOOD = {
  webhook: 'name: ops, kind: webhook, url: "https://x.org/hook", secret: { env: OPS }',
  slack: 'name: chat, kind: slack, url: { file: slack-url }, events: [gate-opened, failed]',
  cloudevents:
    'name: bus, kind: cloudevents, url: "http://broker.bus", tls: off, clusters: [prod-eu]',
  smtp: 'name: mail, kind: smtp, url: "smtp://mail.org:587", from: a@b.org, to: [c@d.org], user: bot, secret: { file: /run/pw }',
};

describe('notifications in a configuration', () => {
  it('are read with absolute paths, and without a secret', () => {
    const { notifications } = load(
      Object.values(GOOD)
        .map((each) => `  - { ${each} }`)
        .join('\n'),
    );

    expect(notifications).toEqual([
      {
        name: 'ops',
        kind: 'webhook',
        tls: 'required',
        url: { kind: 'given', url: 'https://x.org/hook' },
        secret: { kind: 'env', name: 'OPS' },
      },
      {
        name: 'chat',
        kind: 'slack',
        tls: 'required',
        events: ['gate-opened', 'failed'],
        url: { kind: 'file', file: path.join(folder, 'slack-url') },
      },
      {
        name: 'bus',
        kind: 'cloudevents',
        tls: 'off',
        clusters: ['prod-eu'],
        url: { kind: 'given', url: 'http://broker.bus' },
      },
      {
        name: 'mail',
        kind: 'smtp',
        tls: 'required',
        url: { kind: 'given', url: 'smtp://mail.org:587' },
        from: 'a@b.org',
        to: ['c@d.org'],
        login: { user: 'bot', password: { kind: 'file', file: '/run/pw' } },
      },
    ]);
  });

  it('are for every cluster and every event, unless they say for which', () => {
    const { notifications = [] } = load(`  - { ${GOOD.slack} }\n  - { ${GOOD.cloudevents} }`);

    expect(recipientsOf(notifications, 'prod-eu')).toEqual([
      { name: 'chat', events: ['gate-opened', 'failed'] },
      { name: 'bus' },
    ]);
    expect(recipientsOf(notifications, 'prod-us').map(({ name }) => name)).toEqual(['chat']);
  });

  it.each([
    [
      'a name twice',
      `${GOOD.slack} }\n  - { ${GOOD.slack}`,
      'expected each name once, found "chat" again',
    ],
    [
      'a cluster that is not there',
      'name: a, kind: slack, url: { env: U }, clusters: [prod-eu, prod-ap]',
      'meshlift.yaml:6:66: $.notifications[0].clusters[1]: expected a cluster of this file (prod-eu, prod-us), found "prod-ap"',
    ],
    [
      'an event that is none',
      'name: a, kind: slack, url: { env: U }, events: [finished]',
      '$.notifications[0].events[0]: Invalid option: expected one of "gate-opened"',
    ],
    ['a kind that is none', 'name: a, kind: pager, url: { env: U }', '$.notifications[0].kind: '],
    [
      'a webhook without a secret',
      'name: a, kind: webhook, url: "https://x.org"',
      'expected where the secret is: {file: …} or {env: …}, not the secret itself',
    ],
    [
      'a secret in the file itself',
      'name: a, kind: webhook, url: "https://x.org", secret: whsec_abc',
      'expected where the secret is: {file: …} or {env: …}, not the secret itself',
    ],
    [
      'a secret in two places',
      'name: a, kind: webhook, url: "https://x.org", secret: { file: a, env: B }',
      'expected either a file or an env',
    ],
    [
      'plain http',
      'name: a, kind: slack, url: "http://x.org"',
      'expected https:, or tls: off beside it, found http:',
    ],
    [
      'a mail server for a webhook',
      'name: a, kind: slack, url: "smtps://x.org"',
      'expected an address such as https://…, found smtps:',
    ],
    [
      'a web server for mail',
      'name: a, kind: smtp, url: "https://x.org", from: a@b.org, to: [a@b.org]',
      'expected an address such as smtps://mail.example.org or smtp://mail.example.org:587, found https:',
    ],
    [
      'a password in an address',
      'name: a, kind: smtp, url: "smtps://bot:pw@x.org", from: a@b.org, to: [a@b.org]',
      'expected no user and no password in the address',
    ],
    [
      'a user without a password',
      'name: a, kind: smtp, url: "smtps://x.org", from: a@b.org, to: [a@b.org], user: bot',
      '$.notifications[0].user: expected secret beside user: a login has both',
    ],
    [
      'a receiver that would end a header',
      'name: a, kind: smtp, url: "smtps://x.org", from: "a@b.org\\nBcc: x@y.org", to: [a@b.org]',
      '$.notifications[0].from: expected an address such as "mesh@example.org"',
    ],
    [
      'a member that is none',
      `${GOOD.slack}, chanel: x`,
      '$.notifications[0]: Unrecognized key: "chanel"',
    ],
  ])('refuse %s', (_what, entry, words) => {
    expect(refusalOf(`  - { ${entry} }`)).toContain(words);
  });

  it('repeat no address in a refusal', () => {
    expect(refusalOf('  - { name: a, kind: slack, url: "http://x.org/CANARY" }')).not.toContain(
      'CANARY',
    );
  });
});
