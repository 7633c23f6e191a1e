import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Admission, type Istiod, type Seat } from '../../../rig/ads-stand-in/admission.ts';

const istiod = (pod: string, revision = '1-25-1'): Istiod => ({
  pod,
  revision,
  address: `127.0.0.1:${pod}`,
});
const forever = new AbortController().signal;

let admission: Admission;
let seats: Seat[];
/** What `enter` answered to those whose turn never came. */
let turnedAway: number;

beforeEach(() => {
  jest.useFakeTimers();
  admission = new Admission({ newStreamsPerSecond: 20 });
  seats = [];
  turnedAway = 0;
});

afterEach(() => {
  admission.close();
  jest.useRealTimers();
});

function enter(count: number, revision = '1-25-1', signal = forever): void {
  for (let each = 0; each < count; each += 1) {
    void admission.enter(revision, signal).then((seat) => {
      if (seat === undefined) turnedAway += 1;
      else seats.push(seat);
    });
  }
}

async function pass(ms: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
}

it('lets one in at once, and the others one by one at the pace of the istiod', async () => {
  admission.open([istiod('a')]);
  enter(50);

  await pass(0);
  expect(seats).toHaveLength(1);
  await pass(49);
  expect(seats).toHaveLength(1);
  await pass(1);
  expect(seats).toHaveLength(2);
  await pass(950);
  expect(seats).toHaveLength(21);
});

it('keeps the pace when an istiod is told again, as after each change of its pod', async () => {
  admission.open([istiod('a')]);
  enter(3);

  await pass(0);
  admission.open([istiod('a')]);
  await pass(0);

  expect(seats).toHaveLength(1);
});

it('spreads over the replicas of the revision, which take in side by side', async () => {
  admission.open([istiod('a'), istiod('b'), istiod('of-another', '1-26-1')]);
  enter(40);

  await pass(950);

  expect(admission.streamsByPod()).toEqual({ a: 20, b: 20, 'of-another': 0 });
});

it('fills up the replica that has fewer, and one that came later', async () => {
  admission.open([istiod('a')]);
  enter(4);
  await pass(200);
  admission.open([istiod('a'), istiod('b')]);

  enter(3);
  await pass(5000);
  seats[0]?.leave();
  seats[0]?.leave();
  expect(admission.streamsByPod()).toEqual({ a: 4, b: 2 });
  enter(1);
  await pass(5000);
  enter(1);
  await pass(5000);

  expect(admission.streamsByPod()).toEqual({ a: 4, b: 4 });
});

it('still counts the streams of one that takes no new ones for a moment', async () => {
  admission.open([istiod('a'), istiod('b')]);
  enter(6);
  await pass(5000);
  expect(admission.streamsByPod()).toEqual({ a: 3, b: 3 });

  admission.open([istiod('b')]);
  enter(1);
  await pass(5000);
  expect(admission.streamsByPod()).toEqual({ a: 3, b: 4 });
  admission.open([istiod('a'), istiod('b')]);

  enter(1);
  await pass(5000);
  expect(admission.streamsByPod()).toEqual({ a: 4, b: 4 });
});

it('keeps those waiting whose revision has no istiod, without holding up the others', async () => {
  admission.open([istiod('a')]);
  enter(1, '1-26-1');
  enter(1);
  await pass(1000);
  expect(seats.map((seat) => seat.istiod.pod)).toEqual(['a']);

  admission.open([istiod('a'), istiod('b', '1-26-1')]);
  await pass(0);

  expect(seats.map((seat) => seat.istiod.pod)).toEqual(['a', 'b']);
});

it('passes over whoever gave up waiting', async () => {
  const leaving = new AbortController();
  admission.open([istiod('a')]);
  enter(1);
  enter(1, '1-25-1', leaving.signal);
  enter(1);

  leaving.abort();
  enter(1, '1-25-1', leaving.signal);
  await pass(50);

  expect({ seats: seats.length, turnedAway }).toEqual({ seats: 2, turnedAway: 2 });
});
