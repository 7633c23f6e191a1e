import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DecisionClaims } from '../../src/domain/approval/decision-claims.ts';
import type { MessageName } from '../../src/domain/messages.ts';
import type { TokenVerdict } from '../../src/domain/rollout/decide-message.ts';
import { beginModel, endModel, follow, type Model } from '../support/decision-model.ts';
import {
  FAULTS,
  PEOPLE,
  QUORUM,
  REQUESTER,
  type Fault,
  type Happening,
  type Person,
  type Sent,
  type Stage,
} from '../support/decision-play.ts';
import { openGateOf } from '../support/open-gate.ts';
import { printFigure } from '../support/print-figure.ts';
import { refusalOf } from '../support/refusal.ts';
import { CLUSTER_UID, failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import type { Rehearsal } from '../support/workflow-stage.ts';

const SEQUENCES = 24;
/** The same each time: what fails here can be looked at again. */
const SEED = 4711;

const { describeOnStage, stage } = await useStage('sequences of decisions');

type Message = Extract<Happening, { kind: 'message' }>;

const NAMES: readonly MessageName[] = ['approve', 'approve', 'approve', 'withdraw', 'retry'];
const message: fc.Arbitrary<Message> = fc.record({
  kind: fc.constant('message' as const),
  name: fc.oneof(
    { weight: 29, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.constantFrom<MessageName>('reject', 'skip', 'rollback', 'abort') },
  ),
  person: fc.constantFrom(...(Object.keys(PEOPLE) as Person[])),
  fault: fc.oneof(
    { weight: 9, arbitrary: fc.constant<Fault>('none') },
    { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
  ),
});
const stories = fc.sample(fc.array(message, { minLength: 16, maxLength: 32, size: 'max' }), {
  numRuns: SEQUENCES,
  seed: SEED,
});

/** A run with a gate before its first wave, a halt in that wave, and the last gate. */
async function begin(): Promise<Rehearsal> {
  const strict = {
    expiresSeconds: 1_000_000,
    quorum: QUORUM,
    roles: ['admins'],
    requesterMayApprove: false,
  };
  let failed = 0;
  return stage().begin({
    request: { requestedBy: REQUESTER },
    policy: {
      approvals: { mode: 'signed' },
      gates: {
        wave: { ...strict, before: 'first' },
        complete: strict,
        halt: { roles: ['on-call'] },
      },
      restart: { maxPodsInFlight: 20, workloadDeadlineSeconds: 60, onBreach: 'halt' },
    },
    but: {
      restartWorkloads: async () => {
        failed += 1;
        if (failed === 1) throw failure('ThresholdPassed', '1 workload failed', [['shop/cart']]);
        return { finished: true, done: 1, total: 1, begun: {}, pods: 2 };
      },
    },
  });
}

const PHASE_OF = {
  'wave-1': 'AwaitingWave',
  halted: 'Halted',
  complete: 'AwaitingCompletion',
} as const;

/** Until the real run is where the model is. */
async function settle(run: Rehearsal, at: Stage): Promise<void> {
  if (at === 'ended') return;
  await run.reach(PHASE_OF[at]);
  if (at !== 'halted') await openGateOf(stage(), run, at);
}

/** What is sent, and the same for the model, whose time stands still. */
async function sentBy(
  run: Rehearsal,
  { name, person, fault }: Message,
  { model, count }: { readonly model: Model; readonly count: number },
): Promise<{ readonly body: object; readonly sent: Sent }> {
  const { openGate, planDigest = '', runId } = await run.progress();
  const claims = (now: number): DecisionClaims => ({
    clusterUid: fault === 'other-cluster' ? 'another' : CLUSTER_UID,
    workflowId: run.handle.workflowId,
    firstRunId: fault === 'other-run' ? 'another' : runId,
    gate: fault === 'other-gate' ? 'start' : (openGate?.name ?? 'complete'),
    planDigest: fault === 'other-plan' ? 'sha256:older' : planDigest,
    evidenceDigest:
      fault === 'other-evidence' ? 'sha256:older' : (openGate?.evidenceDigest ?? 'sha256:x'),
    decision: fault === 'other-decision' ? (name === 'approve' ? 'reject' : 'approve') : name,
    nonce: `nonce ${count}`,
    issuedAt: new Date(now + (fault === 'from-the-future' ? 9e9 : 0)).toISOString(),
    expiresAt: new Date(now + (fault === 'expired' ? -1 : 9e9 + 1)).toISOString(),
  });
  const verdict: TokenVerdict =
    fault === 'forged' || person === 'eve'
      ? { kind: 'refused', because: 'the signature does not hold' }
      : {
          kind: 'verified',
          approver: person,
          keyId: `key of ${person}`,
          roles: PEOPLE[person],
          claims: claims(await stage().env.currentTimeMs()),
        };
  const isUnsigned = fault === 'missing';
  return {
    body: { by: person, ...(isUnsigned ? {} : { token: JSON.stringify(verdict) }) },
    sent: {
      name,
      person,
      fault,
      token: isUnsigned ? undefined : claims(model.now),
      receivedAt: model.now,
      gate: openGate?.name,
      answers: [],
      words: '',
    },
  };
}

describeOnStage('a run of the real workflow', () => {
  let messages = 0;
  const outcomes = new Set<string>();

  it.each(stories.map((story, index) => [index + 1, story] as const))(
    'answers random sequence %i of decisions as the plain model does',
    async (_index, story) => {
      const run = await begin();
      const model = beginModel(0);
      await settle(run, 'wave-1');
      const accepted: string[] = [];
      for (const [count, each] of story.entries()) {
        if (model.stage === 'ended') break;
        const { body, sent } = await sentBy(run, each, { model, count });
        follow(model, each, sent);
        endModel(model);
        const words = await refusalOf(run.handle.executeUpdate(each.name, { args: [body] })).catch(
          () => 'accepted',
        );
        messages += 1;
        const isAccepted = words === 'accepted';
        if (isAccepted) accepted.push(each.name);
        expect([each, words, isAccepted]).toEqual([each, words, model.expected.get(sent)]);
        await settle(run, model.stage);
      }
      if (model.stage !== 'ended') {
        await run.handle.executeUpdate('rollback', { args: [{}] });
        accepted.push('rollback');
      }

      const report = await run.result();

      outcomes.add(report.outcome);
      expect(report.outcome).toBe(model.outcome === 'passed' ? 'Succeeded' : 'RolledBack');
      expect(
        report.messages.filter(({ effect }) => effect === 'accepted').map((each) => each.message),
      ).toEqual(accepted);
    },
  );

  it('was seen to end in both ways', () => {
    expect(outcomes).toEqual(new Set(['Succeeded', 'RolledBack']));
    printFigure('decisions in random sequences to the real workflow', messages);
  });
});
