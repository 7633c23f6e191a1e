import { describe, expect, it } from '@jest/globals';
import { parseRequest } from '../../src/domain/request/parse-request.ts';
import { HOSTILE_KEYS, HOSTILE_TEXTS, HOSTILE_VALUES } from './hostile-texts.ts';

const RUN = '01980000-0000-7000-8000-000000000000';

interface Field {
  readonly path: string;
  /** Free text goes to people; everything else has a form of its own. */
  readonly isFree: boolean;
  readonly longest: number;
  readonly put: (value: unknown) => unknown;
}

const GOOD = {
  cluster: 'demo',
  target: '1.26.1',
  reason: 'CHG-1',
  overrides: [{ code: 'WorkloadNotReady', subject: 'Deployment shop/cart', reason: 'known' }],
  takeOver: RUN,
  planDigest: `sha256:${'0'.repeat(64)}`,
};

function strict(name: string): Field {
  return {
    path: `$.${name}`,
    isFree: false,
    longest: 0,
    put: (value) => ({ ...GOOD, [name]: value }),
  };
}

function inOverride(name: string, longest: number): Field {
  const put = (value: unknown): unknown => ({
    ...GOOD,
    overrides: [{ ...GOOD.overrides[0], [name]: value }],
  });
  return { path: `$.overrides[0].${name}`, isFree: longest > 0, longest, put };
}

const FIELDS: readonly Field[] = [
  strict('apiVersion'),
  strict('cluster'),
  strict('target'),
  strict('takeOver'),
  strict('planDigest'),
  { ...strict('reason'), isFree: true, longest: 500 },
  inOverride('code', 0),
  inOverride('subject', 300),
  inOverride('reason', 500),
];

/** What a form of its own lets pass although it is on the list of hostile texts: words that are names. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  '$.cluster': ['constructor', 'latest', '1e309'],
  '$.overrides[0].code': ['NaN'],
};

/** Characters that move a cursor, hide, or turn a text around. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/u;

function mayPass(field: Field, text: string): boolean {
  if (!field.isFree) return HARMLESS[field.path]?.includes(text) === true;
  return text.length > 0 && text.length <= field.longest && !INVISIBLE.test(text);
}

describe.each(FIELDS)('hostile input at $path', (field) => {
  it('has a premise: what is good there is read', () => {
    expect(parseRequest(GOOD).kind).toBe('request');
  });

  it.each(HOSTILE_TEXTS)('of %s is refused there, or kept to the letter', (_name, text) => {
    const parsed = parseRequest(field.put(text));

    if (mayPass(field, text)) {
      expect(parsed).toEqual({
        kind: 'request',
        request: { apiVersion: 'meshlift.dev/v1alpha1', ...(field.put(text) as object) },
      });
    } else {
      expect(refusedAt(parsed)).toEqual([field.path]);
      expect(JSON.stringify(parsed).length).toBeLessThan(1000);
    }
  });

  it.each(HOSTILE_VALUES)('that is %s is refused there', (_name, value) => {
    expect(refusedAt(parseRequest(field.put(value)))).toEqual([field.path]);
  });
});

describe.each(HOSTILE_KEYS)('the hostile member %j', (key) => {
  it.each([
    ['of a request', withMember(GOOD, key)],
    ['of an override', { ...GOOD, overrides: [withMember(GOOD.overrides[0] ?? {}, key)] }],
  ])('%s is refused and changes nothing else', (_where, input) => {
    const parsed = parseRequest(input);

    expect(parsed.kind).toBe('problems');
    expect(JSON.stringify(parsed)).toContain('nrecognized key');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** As JSON brings it: an own member, whatever its name. */
function withMember(object: object, key: string): unknown {
  const members = [...Object.entries(object), [key, { polluted: true }] as const];
  const text = members.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  return JSON.parse(`{${text.join(',')}}`) as unknown;
}

function refusedAt(parsed: ReturnType<typeof parseRequest>): readonly string[] {
  return parsed.kind === 'problems' ? [...new Set(parsed.problems.map(({ path }) => path))] : [];
}

describe('a request that is no object', () => {
  it.each([...HOSTILE_VALUES.filter(([name]) => !name.startsWith('an object')), ...HOSTILE_TEXTS])(
    'but %s is refused',
    (_name, input) => {
      expect(parseRequest(input).kind).toBe('problems');
    },
  );
});
