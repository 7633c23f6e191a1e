import { describe, expect, it } from '@jest/globals';
import type { DecisionClaims } from '../../../src/domain/approval/decision-claims.ts';
import type { MessageBody, MessageName } from '../../../src/domain/messages.ts';
import type { Control, Ruling } from '../../../src/domain/rollout/control.ts';
import { ruleOnToken, type TokenVerdict } from '../../../src/domain/rollout/decide-message.ts';
import type { KeyStanding } from '../../../src/domain/rollout/sender.ts';

const NOW = Date.parse('2026-12-01T22:00:00.000Z');
const HOUR_MS = 3_600_000;

const CONTROL: Control = {
  clusterUid: 'uid',
  workflowId: 'mesh/demo',
  firstRunId: 'run',
  planDigest: 'plan',
  requestedBy: undefined,
  mode: 'signed',
  haltPolicy: undefined,
  type: 'upgradeMesh',
  gate: {
    kind: 'open',
    name: 'complete',
    openedAt: new Date(NOW).toISOString(),
    until: NOW + HOUR_MS,
    evidenceDigest: 'evidence',
  },
  paused: undefined,
  stop: undefined,
  halted: undefined,
  pointOfNoReturn: false,
  undoing: false,
  ended: undefined,
  nonces: [],
};

function signedBy(changes: Partial<DecisionClaims>): TokenVerdict {
  const claims: DecisionClaims = {
    clusterUid: 'uid',
    workflowId: 'mesh/demo',
    firstRunId: 'run',
    gate: 'complete',
    planDigest: 'plan',
    evidenceDigest: 'evidence',
    decision: 'approve',
    nonce: 'n'.repeat(22),
    issuedAt: new Date(NOW).toISOString(),
    expiresAt: new Date(NOW + HOUR_MS).toISOString(),
    ...changes,
  };
  return { kind: 'verified', approver: 'ana', keyId: 'k', roles: [], claims };
}

function rule(name: MessageName, body: MessageBody, claims: Partial<DecisionClaims>): unknown {
  const message = { name, body: { token: 'any', ...body }, receivedAt: NOW };
  return ruleOnToken(CONTROL, message, signedBy({ decision: name, ...claims }));
}

describe('of a signed decision', () => {
  it('the reason that was signed is told', () => {
    expect(rule('approve', {}, { reason: 'CHG-4711' })).toMatchObject({
      kind: 'accepted',
      words: 'gate complete approved by ana: CHG-4711',
    });
  });

  it('no reason and no name count that somebody put beside the token', () => {
    expect(rule('approve', { reason: 'ana agrees with all', by: 'bo' }, {})).toMatchObject({
      kind: 'accepted',
      words: 'gate complete approved by ana',
    });
  });

  it('an abort leaves all as it stands where that was signed', () => {
    expect(rule('abort', {}, { leave: true })).toMatchObject({
      changes: { stop: { kind: 'leave' } },
    });
  });

  it('an abort undoes where that was signed, whatever stands beside the token', () => {
    expect(rule('abort', { leave: true }, {})).toMatchObject({
      changes: { stop: { kind: 'undo' } },
    });
  });
});

describe('an approval that was signed before', () => {
  const EARLIER = { by: 'ben', keyId: 'key of ben', at: new Date(NOW).toISOString() };
  const policy = { expiresSeconds: 3600, quorum: 2, roles: ['admins'] };

  /** Ana approves after Ben, of whose key this is known by then. */
  function second(ofBen: KeyStanding | undefined): Ruling {
    const { gate } = CONTROL;
    if (gate.kind !== 'open') throw new Error('the gate is to be open');
    const control: Control = { ...CONTROL, gate: { ...gate, policy, approvals: [EARLIER] } };
    const verdict = {
      ...signedBy({}),
      roles: ['admins'],
      ...(ofBen === undefined ? {} : { earlier: [ofBen] }),
    };
    const message = { name: 'approve', body: { token: 'any' }, receivedAt: NOW } as const;
    return ruleOnToken(control, message, verdict);
  }

  it.each([
    ['whose key and role are there still', { approver: 'ben', roles: ['on-call', 'admins'] }],
    ['of which nothing is known, as in a history from before', undefined],
  ])('%s counts', (_what, standing) => {
    const ofBen = standing === undefined ? undefined : { keyId: 'key of ben', ...standing };

    expect(second(ofBen)).toMatchObject({
      words: 'gate complete approved by ana',
      changes: { gate: { kind: 'decided', was: { approvals: [{ by: 'ben' }, { by: 'ana' }] } } },
    });
  });

  it.each([
    ['whose key is nobody’s any more', { roles: [] }],
    ['whose key is somebody else’s now', { approver: 'cyd', roles: ['admins'] }],
    ['whose person has lost the role', { approver: 'ben', roles: ['on-call'] }],
  ])('%s counts no more, and the words say so', (_what, standing) => {
    expect(second({ keyId: 'key of ben', ...standing })).toMatchObject({
      words:
        'approval 1 of 2 of gate complete by ana; the approval of ben counts no more, since meshlift.yaml has taken their key or role away',
      changes: { gate: { kind: 'open', approvals: [{ by: 'ana' }] } },
    });
  });
});
