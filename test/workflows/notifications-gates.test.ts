import { expect, it } from '@jest/globals';
import type { NotifyRequest } from '../../src/activities/notify.ts';
import { openGateOf } from '../support/open-gate.ts';
import { tokenOf } from '../support/scripted-tokens.ts';
import { useStage } from '../support/use-stage.ts';

const { describeOnStage, stage } = await useStage('notifications of gates');

const OPS = {
  name: 'ops',
  kind: 'slack',
  url: { kind: 'given', url: 'https://x.org' },
  tls: 'required',
} as const;

describeOnStage('people are told of a gate', () => {
  it('who still has to sign, and who has, where decisions are signed', async () => {
    const complete = { expiresSeconds: 7200, quorum: 2, roles: ['admins', 'on-call'] };
    const heard: NotifyRequest[] = [];
    const run = await stage().begin({
      policy: { approvals: { mode: 'signed' }, gates: { complete } },
      notifications: [OPS],
      but: {
        notify: async (request) => {
          heard.push(request);
        },
      },
    });
    await openGateOf(stage(), run, 'complete');
    const token = await tokenOf(run, 'ana', 'approve');
    await run.handle.executeUpdate('approve', { args: [{ token }] });
    await run.result();

    const { cluster } = run;
    const [opened, expiring] = heard.map(({ event }) => event);
    const how = `Look: meshlift show ${cluster}. Decide: meshlift sign ${cluster} --approve --key FILE --send, or meshlift sign ${cluster} --reject --key FILE --send`;
    expect(opened?.text.split('\n').slice(1)).toEqual([
      'Still needed: 2 approvals by admins or on-call, signed',
      how,
    ]);
    expect(expiring?.kind).toBe('gate-expiring');
    expect(expiring?.text.split('\n')).toEqual([
      'Not decided yet: the upgrade to 1.26.1 waits at gate complete.',
      'Approved by: ana (signed)',
      'Still needed: 1 approval by admins or on-call, signed',
      how,
    ]);
  });
});
