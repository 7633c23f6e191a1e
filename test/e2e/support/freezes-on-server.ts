import { describe, expect, it } from '@jest/globals';
import { addFreeze, listFreezes } from '../../../src/activities/time/keep-freezes.ts';
import { readJson } from '../../cli/support/run-meshlift.ts';
import { ELSEWHERE, FREEZES, MESH, TEST_TIMEOUT_MS, type Desk } from './timed-desk.ts';

const HOUR_MS = 3_600_000;

/** The commands of freezes on a real API server. */
export function describeFreezes(desk: Desk): void {
  describe('freezes on a real API server', () => {
    it(
      'are added, listed beside those of the configuration, and removed',
      async () => {
        const added = await desk.add('incident-12', '--reason', 'incident 12');
        const listed = await desk.meshlift('freeze', 'list', 'timed');
        const removed = await desk.meshlift('freeze', 'remove', 'timed', 'incident-12');

        expect({ code: added.code, said: added.stderr }).toEqual({ code: 0, said: '' });
        expect(readJson(listed)).toMatchObject({
          kind: 'freezes',
          freezes: [
            { name: 'long-ago', state: 'over', source: 'configuration' },
            {
              name: 'incident-12',
              state: 'now',
              source: 'cluster',
              by: 'ana',
              reason: 'incident 12',
            },
          ],
          unreadable: [],
        });
        expect(readJson(removed)).toMatchObject({ freezes: [{ name: 'long-ago' }] });
        expect(await desk.entries()).toEqual([]);
      },
      TEST_TIMEOUT_MS,
    );

    it(
      'are all there when people add them at once',
      async () => {
        const now = Date.now();
        const keeper = { kubernetes: desk.worker(), meshNamespace: MESH };
        const names = ['a', 'b', 'c', 'd'];

        const [one, other, ...answers] = await Promise.all([
          desk.add('one'),
          desk.add('other'),
          ...names.map((name) => addFreeze(keeper, { name, from: now, to: now + HOUR_MS })),
        ]);

        expect([one.code, other.code]).toEqual([0, 0]);
        expect(answers).toEqual(names.map(() => ({ kind: 'done' })));
        expect(await desk.entries()).toEqual([...names, 'one', 'other']);
        expect((await listFreezes(keeper)).freezes).toHaveLength(6);
      },
      TEST_TIMEOUT_MS,
    );

    it(
      'name an entry that nobody can read, close every window by it, and can be rid of it',
      async () => {
        await desk.add('incident-12');
        const there = await desk.worker().get(FREEZES);
        if (there === undefined) throw new Error('expected a ConfigMap of freezes');
        await desk.worker().replace({ ...there, data: { by: 'until tuesday' } });

        const listed = await desk.meshlift('freeze', 'list', 'timed');
        const verdict = await desk.opening();
        const removed = await desk.meshlift('freeze', 'remove', 'timed', 'by');

        expect(readJson(listed)).toMatchObject({ unreadable: ['by'] });
        expect(verdict).toMatchObject({ kind: 'closed' });
        expect(JSON.stringify(verdict)).toMatch(/something else under by\. Correct it/);
        expect({ code: removed.code, ...readJson(removed) }).toMatchObject({
          code: 0,
          unreadable: [],
        });
        expect(await desk.opening()).toMatchObject({ kind: 'open' });
      },
      TEST_TIMEOUT_MS,
    );

    it.each<[string, readonly string[], string]>([
      [
        'a name that is none',
        ['add', 'timed', 'Incident 12', '--until', '1h'],
        'found "Incident 12"',
      ],
      [
        'an end that is over',
        ['add', 'timed', 'x', '--until', '2020-01-01T00:00:00Z'],
        'after now',
      ],
      ['a time without its zone', ['add', 'timed', 'x', '--until', '2030-01-01'], 'with its zone'],
      ['to remove what is not there', ['remove', 'timed', 'x'], '(none), found no "x"'],
      ['to remove one of the configuration', ['remove', 'timed', 'long-ago'], 'are removed there'],
      ['an unknown cluster', ['list', 'nowhere'], 'nowhere'],
    ])(
      'refuse %s, and write nothing',
      async (_what, args, because) => {
        const ran = await desk.meshlift('freeze', ...args);

        expect({ code: ran.code, said: readJson(ran)['message'] }).toEqual({
          code: 2,
          said: expect.stringContaining(because) as unknown,
        });
        expect(await desk.worker().get(FREEZES)).toBeUndefined();
      },
      TEST_TIMEOUT_MS,
    );

    it(
      'say which right is missing, of whom, and what to do',
      async () => {
        const ran = await desk.meshlift('freeze', 'add', 'elsewhere', 'x', '--until', '1h');

        expect(ran.code).toBe(1);
        const said = String(readJson(ran)['message']);
        expect(said).toContain('User "meshlift-worker" cannot get resource "configmaps"');
        expect(said).toContain(`in the namespace "${ELSEWHERE}"`);
        expect(said).toContain('Grant');
      },
      TEST_TIMEOUT_MS,
    );
  });
}
