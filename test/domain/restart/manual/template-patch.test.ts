import { describe, expect, it } from '@jest/globals';
import { mergePatchBetween } from '../../../../src/domain/restart/manual/template-patch.ts';
import { withMark } from '../../../../src/domain/restart/manual/restart-mark.ts';
import { readTemplate } from '../../../../src/domain/restart/manual/pod-template.ts';
import { APP, injected, template, workload } from './templates.ts';

describe('the merge patch between two templates', () => {
  it('is empty between equals', () => {
    expect(mergePatchBetween(injected('1.25.1'), injected('1.25.1'))).toEqual({});
  });

  it('takes away what is no longer there, replaces lists whole and leaves the rest out', () => {
    const from = { a: { gone: 1, same: 2, other: 3 }, list: [1, 2], kept: 'x' };
    const to = { a: { same: 2, other: 4, added: { b: 1 } }, list: [2], kept: 'x' };

    expect(mergePatchBetween(from, to)).toEqual({
      a: { gone: null, other: 4, added: { b: 1 } },
      list: [2],
    });
  });

  it('replaces what is of another kind', () => {
    expect(mergePatchBetween({ a: [1], b: { c: 1 } }, { a: { c: 1 }, b: 'x' })).toEqual({
      a: { c: 1 },
      b: 'x',
    });
  });
});

describe('the mark of a restart on a template', () => {
  const TOKEN = 'run-1/wave-1';

  it('is put on, replaced, and taken away', () => {
    const marked = withMark(injected('1.25.1'), TOKEN);

    expect(marked.metadata?.annotations?.['meshlift.dev/restart']).toBe(TOKEN);
    expect(withMark(marked, 'other').metadata?.annotations?.['meshlift.dev/restart']).toBe('other');
    expect(withMark(marked, null)).toEqual(injected('1.25.1'));
  });

  it('leaves no empty annotations behind', () => {
    const plain = template({ metadata: {}, spec: { containers: [APP] } });

    expect(withMark(withMark(plain, TOKEN), null)).toEqual(plain);
  });
});

describe('a pod template', () => {
  it('is read without what is null: a merge patch could not say it', () => {
    const text = {
      metadata: { creationTimestamp: null },
      spec: { containers: [{ ...APP, args: [null] }] },
    };

    expect(readTemplate(workload(text))).toEqual({
      metadata: {},
      spec: { containers: [{ ...APP, args: [null] }] },
    });
  });
});
