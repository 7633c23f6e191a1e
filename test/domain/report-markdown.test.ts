import { describe, expect, it } from '@jest/globals';
import {
  escapeMarkdown,
  renderReportMarkdown,
  stripUnprintable,
} from '../../src/domain/report-markdown.ts';
import type { StepReport, UpgradeReport } from '../../src/domain/report.ts';
import { without } from '../support/without.ts';

function report(changes: Partial<UpgradeReport> = {}): UpgradeReport {
  return {
    apiVersion: 'meshlift.dev/v1alpha1',
    outcome: 'RolledBack',
    cluster: 'demo',
    target: '1.26.1',
    runId: 'run-1',
    workflowId: 'mesh/demo',
    startedAt: '2026-11-21T10:00:00.000Z',
    endedAt: '2026-11-21T10:01:30.000Z',
    findings: [],
    steps: [],
    waves: [],
    exceptions: [],
    differences: [],
    remaining: [],
    messages: [],
    ...changes,
  };
}

function undoneStep(): StepReport {
  return {
    id: 'wave-1',
    kind: 'wave',
    title: 'Move shop',
    state: 'undone',
    begunAt: '2026-11-21T10:00:00.000Z',
    endedAt: '2026-11-21T10:00:05.000Z',
    undoBegunAt: '2026-11-21T11:00:00.000Z',
    undoEndedAt: '2026-11-21T11:00:02.000Z',
  };
}

describe('the report as a page', () => {
  it('tells outcome, cause and facts, and leaves out what there is not', () => {
    const page = renderReportMarkdown(report({ cause: 'soak: pod crashes', restored: true }));

    expect(page).toBe(`# Upgrade of demo to 1.26.1: RolledBack

soak: pod crashes

|  |  |
| --- | --- |
| Began | 2026-11-21T10:00:00.000Z |
| Ended | 2026-11-21T10:01:30.000Z |
| Took | 90 s |
| Everything as before | yes |
| Run | mesh/demo (run-1) |
`);
  });

  it('has what is left to do before everything else', () => {
    const page = renderReportMarkdown(
      report({
        remaining: ['undo of wave-1: failed'],
        differences: [{ path: 'Namespace shop labels', expected: '{}', found: 'absent' }],
        findings: [
          {
            code: 'WorkloadNotReady',
            severity: 'overridable',
            subject: 'x',
            message: 'm',
            remedy: 'r',
            overriddenBecause: 'known',
          },
        ],
        steps: [
          {
            id: 'wave-1',
            kind: 'wave',
            title: 'Move shop',
            state: 'undone',
            begunAt: '2026-11-21T10:00:00.000Z',
            endedAt: '2026-11-21T10:00:05.400Z',
            detail: '2 changes',
          },
        ],
        waves: [{ id: 'wave-1', namespaces: ['a', 'b'], workloads: 3, onTarget: 2, pods: 6 }],
        exceptions: ['Deployment shop/cart: paused'],
        messages: [
          {
            at: '2026-11-21T10:00:01.000Z',
            message: 'approve',
            effect: 'ignored',
            detail: 'no gate is open now',
          },
        ],
      }),
    );

    expect(page.match(/^## .+/gm)).toEqual([
      '## Left to do by hand',
      '## Differences from the snapshot',
      '## Findings',
      '## Steps',
      '## Phases and traffic',
      '## Waves',
      '## Workloads that are not on the target',
      '## Decisions and messages',
    ]);
    expect(page).toContain('| Move shop | undone | 5 s | 2 changes |');
    expect(page).toContain('| wave-1 | a, b | 3 | 2 | 6 |');
    expect(page).toContain('overridden: known');
  });

  it('has what a census counted, and what it could not tell', () => {
    const wave = { id: 'wave-1', namespaces: ['shop'], workloads: 1, onTarget: 1, pods: 3 };
    const census = { onTarget: 3, ready: 3, connected: 2, synced: 1, unknown: 1 };
    const remarks = ['not known of 1 pod: istiod does not tell'];

    const page = renderReportMarkdown(report({ waves: [{ ...wave, census, remarks }] }));

    expect(page).toContain('| 3 | 3 ready, 2 connected, 1 synced, 1 not known |');
    expect(page).toContain(
      '## What no census could tell\n\n- wave-1: not known of 1 pod: istiod does not tell\n',
    );
  });

  it.each([
    ['how long an undone step took, and its undo', undoneStep(), '5 s, undo 2 s'],
    ['the undo of a step that never ended', without(undoneStep(), 'endedAt'), 'undo 2 s'],
    ['its own time alone while the undo goes on', without(undoneStep(), 'undoEndedAt'), '5 s'],
  ])('tells %s', (_what, step, took) => {
    expect(renderReportMarkdown(report({ steps: [step] }))).toContain(
      `| Move shop | undone | ${took} |  |`,
    );
  });

  it.each([
    ['a table cell', 'a | b', 'a \\| b'],
    ['HTML', '<script>alert(1)</script>', '\\<script\\>alert(1)\\</script\\>'],
    ['a link', '[click](https://evil.example)', '\\[click\\](https\\://evil.example)'],
    ['a bare address', 'see www.evil.example', 'see www\\.evil.example'],
    ['a heading', '# big', '\\# big'],
    ['a list', '- item', '\\- item'],
    ['a numbered list', '1. item', '1\\. item'],
    ['code', '`rm`', '\\`rm\\`'],
    ['an entity', '&lt;', '\\&lt;'],
    ['lines', 'a\r\nb\tc\u2028d', 'a b c d'],
  ])('shows foreign text letter by letter: %s', (_what, text, shown) => {
    expect(escapeMarkdown(text)).toBe(shown);
  });

  it.each([
    ['an escape sequence', '\u001b[31mred', '[31mred'],
    ['a turned direction', 'a\u202eb', 'ab'],
    ['a zero-width space', 'a\u200bb', 'ab'],
    ['half a character', 'a\ud800b', 'ab'],
    ['private characters', 'a\ue000b', 'ab'],
    ['plain text in any script', 'größer ✓ 日本', 'größer ✓ 日本'],
  ])('is safe to print: %s', (_what, text, shown) => {
    expect(stripUnprintable(text)).toBe(shown);
  });

  it('keeps foreign text in its cell, wherever it stands', () => {
    const hostile = 'x |\n## forged\n| <img src=x>';
    const page = renderReportMarkdown(
      report({
        cause: hostile,
        remaining: [hostile],
        differences: [{ path: hostile, expected: hostile, found: hostile }],
        steps: [{ id: 's', kind: 'wave', title: hostile, state: 'done', detail: hostile }],
        exceptions: [hostile],
        messages: [{ at: hostile, message: hostile, effect: 'ignored', detail: hostile }],
      }),
    );

    expect(page).toContain('forged');
    expect(page).not.toMatch(/^## forged/m);
    expect(page).not.toMatch(/[^\\]<img/);
  });
});
