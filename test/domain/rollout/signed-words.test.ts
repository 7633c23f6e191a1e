import { describe, expect, it } from '@jest/globals';
import type { DecisionClaims } from '../../../src/domain/approval/decision-claims.ts';
import type { MessageBody, MessageName } from '../../../src/domain/messages.ts';
import type { Control } from '../../../src/domain/rollout/control.ts';
import { ruleOnToken, type TokenVerdict } from '../../../src/domain/rollout/decide-message.ts';

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
