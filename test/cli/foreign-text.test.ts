import { describe, expect, it } from '@jest/globals';
import { encodeJson, harmless, printableLines } from '../../src/cli/output.ts';
import { renderTable } from '../../src/cli/render/table.ts';
import {
  escapeMarkdown,
  renderReportMarkdown,
  stripUnprintable,
} from '../../src/domain/report-markdown.ts';
import { buildFinding, buildReport, plainOutput } from './support/examples.ts';

describe('text that others wrote', () => {
  it.each([
    ['plain text and other scripts', 'Deployment shop/café 服务', 'Deployment shop/café 服务'],
    ['terminal colours', '\u001b[31mred\u001b[0m', '[31mred[0m'],
    ['a terminal title', '\u001b]0;owned\u0007x', ']0;ownedx'],
    ['C1 controls', 'a\u009b31mb', 'a31mb'],
    ['bidi overrides', 'a\u202eb\u2066c\u2069', 'abc'],
    ['zero-width characters', 'a\u200bb\ufeffc\u00add', 'abcd'],
    ['line breaks of every kind', 'a\r\nb\u2028c\td\u0085e', 'a b c d e'],
    ['lone surrogates and private characters', 'a\ud800b\ue000c', 'abc'],
    ['an invisible tag character', 'a\u{e0041}b', 'ab'],
  ])('prints %s without anything that a terminal obeys', (_what, text, expected) => {
    expect(stripUnprintable(text)).toBe(expected);
  });

  it('keeps the lines of a message of several lines', () => {
    expect(printableLines('one\u001b[2J\ntwo')).toBe('one[2J\ntwo');
  });

  it('lets colours and line breaks through to the terminal, and nothing else', () => {
    const text = '\u001b[1mbold\u001b[22m\n\u001b[2Jx\u202e\u001b]0;t\u0007';

    expect(harmless(text)).toBe('\u001b[1mbold\u001b[22m\n[2Jx]0;t');
  });

  it('writes JSON on one line whose value is unchanged and which no terminal obeys', () => {
    const value = { text: 'a\u202eb\u009bc\u{e0041}d\u2028\u001b' };

    const encoded = encodeJson(value);

    expect(JSON.parse(encoded)).toEqual(value);
    expect(encoded).toMatch(/^[\x20-\x7e]+$/);
  });

  it.each([
    ['emphasis and code', '*a* _b_ `c`', '\\*a\\* \\_b\\_ \\`c\\`'],
    ['links and images', '![x](http://y)', '\\!\\[x\\](http\\://y)'],
    ['HTML', '<script>&amp;', '\\<script\\>\\&amp;'],
    ['table cells', 'a|b', 'a\\|b'],
    ['a heading', '# h', '\\# h'],
    ['a list item', '- item', '\\- item'],
    ['a numbered list item', '1. item', '1\\. item'],
    ['an address without a scheme', 'www.example.org', 'www\\.example.org'],
    ['a version', '1.26.1', '1.26.1'],
    ['a line break that would begin a block', 'a\n# b', 'a \\# b'],
  ])('shows %s in Markdown letter by letter', (_what, text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it('cannot break out of its cell in a table', () => {
    const text = renderTable(plainOutput(), ['NAME', 'WHAT'], [['a\nb', '\u001b[2Jx']]);

    expect(text).toBe('NAME  WHAT\na b   [2Jx');
  });
});

describe('the report as Markdown', () => {
  it('leaves out what a short run has nothing of', () => {
    expect(renderReportMarkdown(buildReport())).toBe(
      [
        '# Upgrade of demo to 1.26.1: Succeeded',
        '',
        '|  |  |',
        '| --- | --- |',
        '| Began | 2026-11-21T10:00:00.000Z |',
        '| Run | mesh/demo (run-1) |',
        '',
      ].join('\n'),
    );
  });

  it('tells everything that happened, with foreign text made harmless', () => {
    const page = renderReportMarkdown(
      buildReport({
        outcome: 'RolledBack',
        cause: 'pods of shop/cart crash: <b>boom</b>',
        endedAt: '2026-11-21T10:01:05.000Z',
        restored: false,
        findings: [buildFinding({ overriddenBecause: 'known' })],
        steps: [{ id: 'wave-1', kind: 'wave', title: 'move shop', state: 'undone', detail: 'a|b' }],
        waves: [{ id: 'wave-1', namespaces: ['shop'], workloads: 4, onTarget: 3, pods: 9 }],
        exceptions: ['Pod shop/job-1: owned by nobody'],
        differences: [{ path: 'Namespace shop', expected: '1-25-1', found: 'mine' }],
        remaining: ['delete revision 1-26-1'],
        messages: [{ at: 'then', message: 'approve', effect: 'ignored', detail: 'no gate' }],
      }),
    );

    expect(page).toContain('pods of shop/cart crash: \\<b\\>boom\\</b\\>');
    expect(page).toContain('| Took | 65 s |');
    expect(page).toContain('| Everything as before | no |');
    expect(page).toContain('| move shop | undone |  | a\\|b |');
    expect(page).toContain('| wave-1 | shop | 4 | 3 | 9 |');
    expect(page).toContain('| WorkloadNotReady | overridden: known | Deployment shop/cart |');
    expect(page).toContain('| Namespace shop | 1-25-1 | mine |');
    expect(page).toContain('- Pod shop/job-1: owned by nobody');
    expect(page).toContain('## Left to do by hand\n\n- delete revision 1-26-1');
    expect(page).toContain('| then | approve |  | ignored | no gate |');
  });
});
