import { afterEach, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createNotify, type NotifyRequest } from '../../src/activities/notify.ts';
import type { Config } from '../../src/config/config.ts';
import type { NotifierSettings } from '../../src/notifications/settings.ts';
import { startReceiver, taken, type Answer, type Receiver } from '../support/receiver.ts';
import { sampleEvent } from '../support/sample-event.ts';

const open: Receiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function receiver(answer: Answer = taken): Promise<Receiver> {
  const started = await startReceiver(answer);
  open.push(started);
  return started;
}

function slack(url: string): NotifierSettings {
  return { name: 'chat', kind: 'slack', url: { kind: 'given', url }, tls: 'off' };
}

function configOf(notifications: readonly NotifierSettings[], webUrl?: string): Config {
  return {
    file: '/etc/meshlift.yaml',
    taskQueue: 'meshlift',
    istioctl: {},
    versions: [],
    clusters: new Map(),
    notifications,
    ...(webUrl === undefined ? {} : { webUrl }),
  };
}

const asked: NotifyRequest = { notifier: 'chat', event: sampleEvent() };

function run(act: (input: NotifyRequest) => Promise<void>, input = asked): Promise<void> {
  const logger = new DefaultLogger('ERROR');
  return new MockActivityEnvironment({ workflowNamespace: 'mesh' }, { logger }).run(act, input);
}

async function failureOf(work: Promise<void>): Promise<ApplicationFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApplicationFailure) return error;
    throw error;
  }
  throw new Error('it was delivered');
}

describe('the activity', () => {
  it("sends an event with its run's page in the Temporal UI", async () => {
    const { url, received } = await receiver();

    await run(createNotify(configOf([slack(url)], 'https://temporal.example.org/')));

    expect(received.map(({ body }) => body)).toEqual([
      expect.stringContaining(
        `https://temporal.example.org/namespaces/mesh/workflows/mesh%2Fprod-eu/${sampleEvent().runId}/history`,
      ),
    ]);
  });

  it('gives up on a notifier that the configuration does not have any more', async () => {
    const failure = await failureOf(run(createNotify(configOf([]))));

    expect(failure).toMatchObject({ type: 'NotDelivered', nonRetryable: true });
    expect(failure.message).toContain('notifier chat: expected it below notifications in');
  });

  it('gives up where it is told that it is not wanted', async () => {
    const { url } = await receiver((response) => response.writeHead(410).end());

    expect(await failureOf(run(createNotify(configOf([slack(url)]))))).toMatchObject({
      type: 'NotDelivered',
      nonRetryable: true,
    });
  });

  it('is tried again when the receiver asks for it, and not before', async () => {
    const { url } = await receiver((response) =>
      response.writeHead(503, { 'retry-after': '42' }).end(),
    );

    expect(await failureOf(run(createNotify(configOf([slack(url)]))))).toMatchObject({
      type: 'Transient',
      nonRetryable: false,
      nextRetryDelay: '42 seconds',
    });
  });

  it('sends at most 30 in a minute; the next one comes later, and other notifiers do not wait', async () => {
    const { url, received } = await receiver();
    const act = createNotify(configOf([slack(url), { ...slack(url), name: 'other' }]));
    for (let count = 0; count < 30; count += 1) await run(act);

    const failure = await failureOf(run(act));
    await run(act, { ...asked, notifier: 'other' });

    expect(failure).toMatchObject({ type: 'Transient', nonRetryable: false });
    expect(failure.message).toContain('expected at most 30 messages in a minute, found more');
    expect(Number.parseInt(String(failure.nextRetryDelay), 10)).toBeGreaterThan(30);
    expect(received).toHaveLength(31);
  });
});
