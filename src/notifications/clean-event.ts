import { stripUnprintable } from '../domain/report-markdown.ts';
import type { RunEvent } from '../domain/run-event.ts';

/**
 * The event with what people and clusters have put into its words made safe to send: nothing that
 * steers a terminal or a mail, and nothing that has the shape of a credential.
 */
export function cleanEvent(event: RunEvent): RunEvent {
  const lines = event.text.split('\n').map(stripUnprintable);
  return {
    ...event,
    title: hideCredentials(stripUnprintable(event.title)),
    // Over all lines: a key in PEM has several.
    text: hideCredentials(lines.join('\n')),
  };
}

const HIDDEN = '***';

/**
 * By shape: users in addresses, Authorization values, signed tokens and decisions, PEM keys, and what
 * follows a word such as `password=`. Words that people typed may hold anything else.
 */
export function hideCredentials(text: string): string {
  return text
    .replace(/(?<=:\/\/)[^\s/@]+@/g, `${HIDDEN}@`)
    .replace(/\b(bearer|basic)[^\S\n]+[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`)
    .replace(/\beyJ[\w-]+(?:\.[\w-]*){2,3}/g, HIDDEN)
    .replace(/-----BEGIN [A-Z ]+-----.*?(-----END [A-Z ]+-----|$)/gs, HIDDEN)
    .replace(
      /\b(\w*(?:passw(?:or)?d|secret|token|api_?key)[^\S\n]*[=:][^\S\n]*)(?!\*)[^\s,;]{4,}/gi,
      `$1${HIDDEN}`,
    );
}
