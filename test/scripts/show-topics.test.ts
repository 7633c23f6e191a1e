import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readShowOptions } from '../../scripts/show/options.ts';
import { TOPICS } from '../../scripts/show/topics.ts';
import type { Suite } from '../../scripts/show/topic.ts';
import { ROOT } from '../../scripts/lib/run-node.ts';

const FOLDERS: Readonly<Record<Suite['stage'], string>> = {
  unit: 'test',
  e2e: 'test/e2e',
  'data-plane': 'test/slow/data-plane',
  'ways-back': 'test/slow/ways-back',
  'gates-and-time': 'test/slow/gates-and-time',
};

function filesOf({ stage, pattern }: Suite): readonly string[] {
  const files = readdirSync(path.join(ROOT, FOLDERS[stage]), { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.test.ts') && file.includes(pattern));
}

describe('the topics that can be shown', () => {
  it('have names of their own, and so have their parts', () => {
    const topics = TOPICS.map(({ name }) => name);

    expect(new Set(topics).size).toBe(topics.length);
    for (const { parts } of TOPICS) {
      const names = parts.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  const suites = TOPICS.flatMap(({ name, parts }) =>
    parts.flatMap((part) => (part.suites ?? []).map((suite) => ({ name, part: part.name, suite }))),
  );

  it.each(suites)('$name, $part: has test files for $suite.pattern', ({ suite }) => {
    expect(filesOf(suite)).not.toEqual([]);
  });

  it.each(TOPICS.flatMap(({ name, parts }) => parts.map((part) => [name, part.name] as const)))(
    '%s runs its part %s alone when it is asked to',
    (topic, part) => {
      const read = readShowOptions([topic, '--only', part], TOPICS);

      expect(read).toMatchObject({ topic: { name: topic }, only: [part], output: 'text' });
    },
  );

  it('refuse a part that is none of theirs', () => {
    expect(() => readShowOptions(['data-plane', '--only', 'speed'], TOPICS)).toThrow(
      '"data-plane" has no part "speed"; it has mixed, kinds,',
    );
  });
});
