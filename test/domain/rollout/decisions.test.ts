import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MESSAGES, type MessageName } from '../../../src/domain/messages.ts';
import { beginModel, endModel, follow, type Model } from '../../support/decision-model.ts';
import {
  beginPlay,
  endPlay,
  FAULTS,
  PEOPLE,
  play,
  QUORUM,
  REQUESTER,
  type Fault,
  type Happening,
  type Person,
  type Play,
} from '../../support/decision-play.ts';
import { printFigure } from '../../support/print-figure.ts';

const SEQUENCES = 10_000;

const person = fc.constantFrom(...(Object.keys(PEOPLE) as Person[]));
/** Mostly what people do; then everything. */
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<MessageName>('approve', 'withdraw', 'retry') },
  { weight: 1, arbitrary: fc.constantFrom(...MESSAGES) },
);
const fault = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fault>('none') },
  { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('message' as const), name, person, fault }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('message' as const),
      name,
      person,
      fault: fc.constant<Fault>('none'),
      replay: fc.nat(10),
    }),
  },
  { weight: 5, arbitrary: fc.constant<Happening>({ kind: 'looked-at' }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.nat(70_000) }),
  },
  { weight: 1, arbitrary: fc.constant<Happening>({ kind: 'anew' }) },
);
const story = fc.array(happening, { minLength: 1, maxLength: 30, size: 'max' });

function tell(happenings: readonly Happening[]): { readonly it: Play; readonly model: Model } {
  const it = beginPlay('signed');
  const model = beginModel(it.now);
  for (const each of happenings) {
    const before = it.sent.length;
    play(it, each);
    follow(model, each, it.sent[before]);
    const [found, wanted] = [stateOf(it), stateOfModel(model)].map((state) =>
      JSON.stringify(state),
    );
    if (found !== wanted) throw new Error(`expected ${wanted}, found ${found}`);
  }
  endPlay(it);
  endModel(model);
  return { it, model };
}

function stateOf({ stage, outcome, control }: Play): unknown {
  const { gate, paused } = control;
  const approvals = gate.kind === 'open' ? (gate.approvals ?? []).map(({ by }) => by) : [];
  return { stage, outcome, paused: paused !== undefined, approvals };
}

function stateOfModel({ stage, outcome, paused, approvals }: Model): unknown {
  const isOpen = stage === 'wave-1' || stage === 'complete';
  return { stage, outcome, paused, approvals: isOpen ? approvals : [] };
}

/** What does not hold of a story that was told, in words; nothing where all does. */
function faultsIn({ it: played, model }: ReturnType<typeof tell>): readonly string[] {
  const faults: string[] = [];
  for (const sent of played.sent) {
    const found = { ...sent, answers: sent.answers.join() };
    const wanted = model.expected.get(sent) === true ? 'accepted' : 'refused';
    if (found.answers !== wanted || found.words === '') {
      faults.push(`expected one answer, ${wanted}, found ${JSON.stringify(found)}`);
    }
  }
  for (const { gate, by } of played.passed) {
    const able = by.filter((each) => each === 'ana' || each === 'ben');
    if (new Set(able).size !== QUORUM || by.length !== QUORUM || by.includes(REQUESTER)) {
      faults.push(`gate ${gate} was passed by ${by.join()}`);
    }
  }
  const used = played.sent.flatMap(({ token, answers, name: sent }) =>
    answers[0] === 'accepted' && !FREE.includes(sent) ? [token?.nonce] : [],
  );
  if (new Set(used).size !== used.length) faults.push(`used twice: ${used.join()}`);
  return faults;
}

/** What stops a run needs no token. */
const FREE: readonly MessageName[] = ['rollback', 'abort', 'pause'];

describe('signed decisions in any order, by anybody, good and bad', () => {
  it(`are answered once each as a plain model of them says, in ${SEQUENCES} sequences`, () => {
    let wrong = 0;
    const seen = { sequences: 0, messages: 0, passed: 0, replayed: 0, late: 0, unauthorised: 0 };
    fc.assert(
      fc.property(story, (happenings) => {
        const told = tell(happenings);
        const faults = faultsIn(told);
        wrong += faults.length;
        expect(faults).toEqual([]);

        const words = told.it.sent.map((sent) => sent.words);
        seen.sequences += 1;
        seen.messages += words.length;
        seen.passed += told.it.passed.length;
        seen.replayed += words.filter((each) => each.includes('was used already')).length;
        seen.late += words.filter((each) => each.includes('has expired')).length;
        seen.unauthorised += words.filter((each) =>
          each.includes('expected one of the roles'),
        ).length;
      }),
      { numRuns: SEQUENCES },
    );

    // The stories are such that each of these happens often.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
    printFigure('random sequences of decisions', seen.sequences);
    printFigure('messages in them', seen.messages);
    printFigure('messages in them by people who may not', seen.unauthorised);
    printFigure('messages in them that were sent again', seen.replayed);
    printFigure('messages in them that came late', seen.late);
    printFigure('unauthorised, duplicate, lost or late effects', wrong);
  });
});
