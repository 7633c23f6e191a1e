import { stripUnprintable } from '../../domain/report-markdown.ts';
import type { Completion } from './complete-words.ts';

/** Stands for "any file" in an answer to a completion script; no candidate begins with a colon. */
export const FILES = ':files';

/** A line for each candidate, its description after a tab. */
export function encodeCompletion(completion: Completion): string {
  if (completion.kind === 'files') return `${FILES}\n`;
  return completion.candidates
    .map(({ value, description }) => [value, description].map(stripUnprintable).join('\t'))
    .map((line) => `${line}\n`)
    .join('');
}
