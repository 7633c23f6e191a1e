import { describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseAuditLine, type AuditEvent } from '../../../bench/measure/audit-event.ts';
import { endOfAuditLog, readAuditLog } from '../../../bench/measure/read-audit-log.ts';
import { countRequests, tallyRequests } from '../../../bench/measure/requests.ts';

const LINE = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Request',
  stage: 'ResponseComplete',
  verb: 'patch',
  user: { username: 'meshlift-worker' },
  objectRef: { resource: 'deployments', namespace: 'shop', name: 'cart', apiGroup: 'apps' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-21T10:00:00.100000Z',
  stageTimestamp: '2026-11-21T10:00:00.250900Z',
};
const AT = Date.parse('2026-11-21T10:00:00Z');

describe('a line of the audit log', () => {
  it('is read with who, what and when', () => {
    expect(parseAuditLine(JSON.stringify(LINE))).toEqual({
      at: AT + 250,
      receivedAt: AT + 100,
      user: 'meshlift-worker',
      verb: 'patch',
      resource: 'deployments',
      subresource: '',
      namespace: 'shop',
      name: 'cart',
      code: 200,
    });
  });

  it('keeps the body where there is one', () => {
    const withBody = { ...LINE, requestObject: { status: { phase: 'Running' } } };

    expect(parseAuditLine(JSON.stringify(withBody))?.body).toEqual({
      status: { phase: 'Running' },
    });
  });

  it.each(['', 'null', '7', JSON.stringify(LINE).slice(0, 90), '{"kind":"Event"}'])(
    'is none when it is %j',
    (text) => {
      expect(parseAuditLine(JSON.stringify(LINE))).toBeDefined();
      expect(parseAuditLine(text)).toBeUndefined();
    },
  );
});

describe('the audit log', () => {
  it('is read from where it ended before, and put in the order of time', async () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'meshlift-audit-'));
    try {
      const file = path.join(dir, 'audit.log');
      const line = (name: string, second: number) =>
        `${JSON.stringify({ ...LINE, objectRef: { ...LINE.objectRef, name }, stageTimestamp: `2026-11-21T10:00:0${second}Z` })}\n`;
      writeFileSync(file, line('before', 1));
      const from = endOfAuditLog(file);
      appendFileSync(file, line('late', 3) + line('early', 2) + '{"cut off');

      const names = async (start: number) =>
        (await readAuditLog(file, start)).map(({ name }) => name);

      expect(await names(0)).toEqual(['before', 'early', 'late']);
      expect(await names(from)).toEqual(['early', 'late']);
      await expect(readAuditLog(file, 1_000_000)).rejects.toThrow('begun anew');
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('requests', () => {
  const request = (user: string, receivedAt: number, code = 200): AuditEvent => ({
    ...{ at: receivedAt + 5, receivedAt, user, verb: 'get', resource: 'pods', subresource: '' },
    ...{ namespace: 'shop', name: '', code },
  });
  const events = [
    request('b2', 10),
    request('b2', 20, 429),
    request('kwok', 20),
    request('b2', 30),
    { ...request('b2', 40), verb: 'patch', resource: 'pods', subresource: 'status' },
    { ...request('b2', 40), resource: '' },
  ];
  const users = new Set(['b2']);

  it('are counted by user and by when they came in, refused ones too', () => {
    expect(countRequests(events, { users, from: 10, to: 30 })).toBe(3);
    expect(countRequests(events, { users, from: 11, to: 30 })).toBe(2);
    expect(countRequests(events, { users: new Set(['kwok']), from: 0, to: 99 })).toBe(1);
  });

  it('are told apart by what they were for, most first', () => {
    expect(tallyRequests(events, { users, from: 0, to: 99 })).toEqual([
      ['get pods', 3],
      ['patch pods/status', 1],
      ['get non-resource', 1],
    ]);
  });
});
