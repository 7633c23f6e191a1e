import { describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../../src/clients/kubernetes-watch.ts';
import type { Listing } from '../../src/clients/kubernetes-list.ts';
import {
  createMirrorItems,
  isNews,
  type Entry,
  type MirrorItems,
} from '../../src/clients/mirror-items.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';

const pod = (name: string, resourceVersion: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: `uid-${name}`, resourceVersion },
});
const changed = (name: string, version: string): WatchEvent => ({
  kind: 'changed',
  object: pod(name, version),
});
const gone = (name: string, version: string): WatchEvent => ({
  kind: 'gone',
  object: pod(name, version),
});
const bookmark = (resourceVersion: string): WatchEvent => ({ kind: 'bookmark', resourceVersion });

/** Items after a list of `a` at version 10, and after these events. */
function after(events: readonly WatchEvent[], version = '10'): MirrorItems<string> {
  const mirror = createMirrorItems(
    ({ metadata }) => `${metadata.name}@${metadata.resourceVersion ?? ''}`,
  );
  mirror.replace({ items: [['uid-a', 'a@9', '9']], resourceVersion: version });
  for (const event of events) mirror.apply(event);
  return mirror;
}

describe('items', () => {
  it.each<[string, readonly WatchEvent[], readonly string[]]>([
    ['take what is newer', [changed('a', '11'), changed('b', '12')], ['a@11', 'b@12']],
    ['lose what is gone', [gone('a', '11')], []],
    ['take no event twice', [changed('a', '11'), changed('a', '11')], ['a@11']],
    [
      'take no event that is older than what is known',
      [changed('a', '12'), changed('a', '11')],
      ['a@12'],
    ],
    [
      'take an event of another object that comes late',
      [changed('a', '12'), changed('b', '11')],
      ['a@12', 'b@11'],
    ],
    [
      'take nothing from before the list',
      [changed('a', '8'), gone('a', '10'), changed('b', '9')],
      ['a@9'],
    ],
    ['do not revive what is gone', [gone('a', '12'), changed('a', '11')], []],
    [
      'do not lose what was changed after it was gone',
      [changed('a', '12'), gone('a', '11')],
      ['a@12'],
    ],
    ['take back what comes back to the selection', [gone('a', '12'), changed('a', '13')], ['a@13']],
    [
      'take nothing from before a bookmark',
      [changed('a', '12'), bookmark('20'), changed('a', '13'), changed('b', '20')],
      ['a@12'],
    ],
    [
      'know what is newer than a bookmark that comes late',
      [changed('a', '13'), bookmark('11'), changed('a', '12')],
      ['a@13'],
    ],
    [
      'compare versions as numbers',
      [changed('a', '99'), changed('a', '100'), changed('a', '99')],
      ['a@100'],
    ],
  ])('%s', (_rule, events, expected) => {
    expect([...after(events).items.values()]).toEqual(expected);
  });
});

describe('a list that was made beside a watch', () => {
  const LISTED: Listing<Entry<string>> = {
    items: [['uid-a', 'a@15', '15']],
    resourceVersion: '20',
  };

  it.each<[string, readonly WatchEvent[], readonly string[]]>([
    ['has what no event told', [], ['a@15']],
    ['loses what went away untold', [changed('b', '12')], ['a@15']],
    [
      'leaves what the watch knows better',
      [changed('a', '21'), changed('b', '22')],
      ['a@21', 'b@22'],
    ],
    ['does not revive what has gone since', [gone('a', '21')], []],
  ])('%s', (_rule, events, expected) => {
    const mirror = after(events);

    expect(mirror.merge(LISTED)).toBe(true);

    expect([...mirror.items.values()]).toEqual(expected);
    mirror.apply(changed('a', '20'));
    expect([...mirror.items.values()]).toEqual(expected);
  });

  it('is taken where nothing happened since a bookmark, and not where one overtook it', () => {
    const mirror = after([bookmark('20')]);
    expect(mirror.merge({ items: [], resourceVersion: '19' })).toBe(false);
    expect([...mirror.items.values()]).toEqual(['a@9']);

    expect(mirror.merge(LISTED)).toBe(true);

    expect([...mirror.items.values()]).toEqual(['a@15']);
  });

  it.each<[string, readonly WatchEvent[], readonly WatchEvent[], number]>([
    ['a change and what has gone, until it tells them', [changed('b', '12')], [], 2],
    ['not what it tells late', [changed('b', '12')], [changed('a', '15'), gone('b', '14')], 0],
    ['not what it told before', [changed('a', '15')], [], 0],
    ['not what it knows better', [changed('a', '21')], [], 0],
  ])('shows what the watch has missed: %s', (_what, before, later, missed) => {
    const mirror = after(before);

    mirror.merge(LISTED);
    later.forEach((event) => mirror.apply(event));

    expect(mirror.missed()).toBe(missed);
  });
});

describe('the items of a mirror', () => {
  it('are the same map after a new list, which has the last word', () => {
    const mirror = after([changed('b', '12')]);
    const { items } = mirror;

    mirror.replace({ items: [['uid-c', 'c@5', '5']], resourceVersion: '7' });

    expect([...items]).toEqual([['uid-c', 'c@5']]);
    expect(mirror.version()).toBe('7');
    mirror.apply(changed('b', '8'));
    expect([...items.values()]).toEqual(['c@5', 'b@8']);
  });

  it.each<[string, WatchEvent, boolean]>([
    ['a new object', changed('b', '11'), true],
    ['a change', changed('a', '11'), true],
    ['a deletion', gone('a', '11'), true],
    ['a deletion of what was not kept', gone('b', '11'), false],
    ['an old event', changed('a', '10'), false],
    ['a bookmark', bookmark('11'), false],
    ['the beginning of a watch', { kind: 'opened' }, false],
  ])('after %s may have changed: told', (_what, event, expected) => {
    expect(after([]).apply(event)).toBe(expected);
  });

  it.each<[string, readonly WatchEvent[], string]>([
    ['the list', [], '10'],
    ['the newest event', [changed('a', '12'), changed('b', '11')], '12'],
    ['the newest bookmark', [bookmark('30'), bookmark('20')], '30'],
    ['an event after it', [bookmark('30'), changed('a', '31')], '31'],
  ])('go on from the version of %s', (_what, events, expected) => {
    expect(after(events).version()).toBe(expected);
  });

  it('cannot be those of objects without a uid', () => {
    const event = {
      kind: 'changed',
      object: { ...pod('a', '11'), metadata: { name: 'a' } },
    } as const;

    expect(() => after([event])).toThrow('expected a uid');
  });
});

it.each([
  ['2', '1', true],
  ['1', '2', false],
  ['1', '1', false],
  ['10', '9', true],
  ['9007199254740993', '9007199254740992', true],
  ['9007199254740992', '9007199254740993', false],
  ['abc', '5', true],
  ['5', 'abc', true],
  ['abc', 'abc', false],
  ['5', '', true],
  ['5', undefined, true],
])('version %s where %s is known is news: %s', (version, known, expected) => {
  expect(isNews(version, known)).toBe(expected);
});
