import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { withElapsed } from '../../src/cli/follow/elapsed.ts';
import { createLiveDisplay } from '../../src/cli/follow/live-display.ts';
import type { Output } from '../../src/cli/output.ts';
import type { PlanOutline } from '../../src/domain/planning/plan.ts';
import { buildProgress, buildReport, buildStep, plainOutput } from './support/examples.ts';

/** A screen of 80 by 24 that remembers what was written to it. */
function createScreen(): { readonly output: Output; readonly written: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const screen: unknown = Object.assign(stream, { isTTY: true, columns: 80, rows: 24 });
  // The display uses no more of a terminal than this.
  const sayStream = screen as NodeJS.WriteStream;
  const output = { ...plainOutput(), sayStream, colors: picocolors.createColors(false) };
  return { output, written: () => Buffer.concat(chunks).toString() };
}

describe('live progress', () => {
  it('draws a bar per phase, keeps what was said, and gives the cursor back', () => {
    const { output, written } = createScreen();
    const display = createLiveDisplay(output);
    const steps = [buildStep('snapshot', 'snapshot', 'done'), buildStep('wave-1', 'wave', 'begun')];

    display.show(buildProgress({ steps, waitingFor: 'pods\u001b[2J' }));
    display.say('The gate is open.');
    display.stop(buildReport({ steps: steps.map((step) => ({ ...step, state: 'done' })) }));

    const text = stripVTControlCharacters(written());
    expect(text).toContain('demo → 1.26.1 · MovingWorkloads · pods[2J');
    expect(text).toContain('Wave 1');
    expect(text).toContain('The gate is open.');
    expect(text).toContain('Succeeded');
    expect(written()).not.toContain('\u001b[2J');
    expect(written().lastIndexOf('\u001b[?25h')).toBeGreaterThan(
      written().lastIndexOf('\u001b[?25l'),
    );
  });
});

describe('how far a soak is', () => {
  const begunAt = '2026-11-21T10:00:00.000Z';
  const steps = [{ ...buildStep('soak-mesh', 'soak', 'begun'), begunAt }];
  const plan = { steps: [{ id: 'soak-mesh', seconds: 60 }] } as unknown as PlanOutline;

  it.each([
    [15, 15],
    [-5, 0],
    [90, 60],
  ])('%d s after it began it is at %d of 60', (seconds, done) => {
    const now = Date.parse(begunAt) + seconds * 1000;

    expect(withElapsed(buildProgress({ steps }), plan, now).current).toEqual({
      step: 'soak-mesh',
      done,
      total: 60,
    });
  });

  it('says nothing without a plan, and leaves real numbers alone', () => {
    const current = { step: 'wave-1', done: 1, total: 2 };

    expect(withElapsed(buildProgress({ steps }), undefined, 0).current).toBeUndefined();
    expect(withElapsed(buildProgress({ steps, current }), plan, 0).current).toEqual(current);
  });
});
