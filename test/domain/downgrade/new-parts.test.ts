import { describe, expect, it } from '@jest/globals';
import { findNewParts } from '../../../src/domain/downgrade/new-parts.ts';
import { usedParts } from '../../../src/domain/downgrade/used-parts.ts';
import type { JsonObject } from '../../../src/domain/kubernetes-object.ts';

const TEXT: JsonObject = { type: 'string' };
const NUMBER: JsonObject = { type: 'integer' };
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function object(properties: JsonObject): JsonObject {
  return { type: 'object', properties };
}

function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

function map(additionalProperties: JsonObject): JsonObject {
  return { type: 'object', additionalProperties };
}

/** What an object with that `spec` uses of a newer schema of `spec`. */
function used(newer: JsonObject, older: JsonObject, spec: unknown): readonly string[] {
  const parts = findNewParts(object({ spec: newer }), object({ spec: older }));
  return usedParts({ apiVersion: 'v1', metadata: { name: 'it' }, spec }, parts);
}

describe('what an object uses of a newer schema', () => {
  it.each<[string, JsonObject, JsonObject, unknown, readonly string[]]>([
    [
      'a field at the top',
      object({ a: TEXT, b: TEXT }),
      object({ a: TEXT }),
      { a: '1', b: '2' },
      ['spec.b'],
    ],
    [
      'a field deep in lists and objects, once however often',
      object({ http: list(object({ retries: object({ attempts: NUMBER, backoff: TEXT }) })) }),
      object({ http: list(object({ retries: object({ attempts: NUMBER }) })) }),
      { http: [{ retries: { backoff: '1s' } }, {}, { retries: { backoff: '2s' } }] },
      ['spec.http[].retries.backoff'],
    ],
    [
      'a field in the values of a map',
      map(object({ a: TEXT, b: TEXT })),
      map(object({ a: TEXT })),
      { one: { a: '1' }, two: { b: '2' } },
      ['spec.*.b'],
    ],
    [
      'a value that a list of values gained',
      object({ mode: { type: 'string', enum: ['OLD', 'NEW'] } }),
      object({ mode: { type: 'string', enum: ['OLD'] } }),
      { mode: 'NEW' },
      ['spec.mode: NEW'],
    ],
    [
      'a value where the older one had a list of values',
      object({ mode: TEXT }),
      object({ mode: { type: 'string', enum: ['OLD'] } }),
      { mode: 'FREE' },
      ['spec.mode: FREE'],
    ],
    [
      'a field of another type',
      object({ port: object({ number: NUMBER }) }),
      object({ port: NUMBER }),
      { port: { number: 80 } },
      ['spec.port'],
    ],
    [
      'a key that only the newer one leaves open',
      OPEN,
      object({ a: TEXT }),
      { a: '1', extra: true },
      ['spec.extra'],
    ],
    [
      'a key deep in what the newer one leaves open',
      OPEN,
      object({ a: object({ b: TEXT }) }),
      { a: { b: '1', extra: true } },
      ['spec.a.extra'],
    ],
  ])('is named: %s', (_what, newer, older, spec, expected) => {
    expect(used(newer, older, spec)).toEqual(expected);
    expect(used(older, older, spec)).toEqual([]);
  });

  it.each<[string, JsonObject, JsonObject, unknown]>([
    [
      'a new field that it does not fill',
      object({ a: TEXT, b: TEXT }),
      object({ a: TEXT }),
      { a: '1' },
    ],
    ['a new field that is null', object({ b: TEXT }), object({}), { b: null }],
    [
      'an old value',
      object({ m: { enum: ['O', 'N'] } }),
      object({ m: { enum: ['O'] } }),
      { m: 'O' },
    ],
    ['what the older one leaves open', object({ a: TEXT }), OPEN, { a: '1' }],
    ['a key of a map of both', map(TEXT), map(TEXT), { any: 'thing' }],
    ['a named key where the older one has a map', object({ a: TEXT }), map(TEXT), { a: '1' }],
    ['an integer for a number', object({ a: NUMBER }), object({ a: { type: 'number' } }), { a: 1 }],
    [
      'a narrower list of values',
      object({ m: { enum: ['O'] } }),
      object({ m: { enum: ['O', 'N'] } }),
      { m: 'O' },
    ],
    ['a field that the newer one lost', object({}), object({ a: TEXT }), { a: '1' }],
  ])('is nothing for %s', (_what, newer, older, spec) => {
    expect(used(newer, older, spec)).toEqual([]);
  });

  it('leaves out who it is and what controllers say of it', () => {
    const parts = findNewParts(
      object({ metadata: OPEN, status: object({ new: TEXT }), spec: object({ a: TEXT }) }),
      object({ spec: object({}) }),
    );

    expect(usedParts({ metadata: { name: 'it' }, status: { new: '1' } }, parts)).toEqual([]);
    expect(usedParts({ spec: { a: '1' } }, parts)).toEqual(['spec.a']);
  });
});
