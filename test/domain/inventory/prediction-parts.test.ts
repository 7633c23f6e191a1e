import { describe, expect, it } from '@jest/globals';
import { answerDefaults } from '../../../src/domain/inventory/answer-defaults.ts';
import type { LabelSelector } from '../../../src/domain/inventory/capacity.ts';
import { interpretInjectorPolicy } from '../../../src/domain/inventory/injector-policy.ts';
import { known } from '../../../src/domain/inventory/known.ts';
import { matchesSelector } from '../../../src/domain/inventory/match-selector.ts';
import type { ValidatorFacts } from '../../../src/domain/inventory/webhook-facts.ts';
import { inert, injectorOf, tagOf } from './injectors.ts';

function expression(operator: string, values?: readonly string[]): LabelSelector {
  const [first] = JSON.parse(JSON.stringify([{ key: 'tier', operator, values }])) as NonNullable<
    LabelSelector['matchExpressions']
  >;
  return { matchExpressions: first === undefined ? [] : [first] };
}

describe('a label selector', () => {
  it.each<[LabelSelector, Record<string, string>, boolean]>([
    [{}, { tier: 'web' }, true],
    [{ matchLabels: { tier: 'web' } }, { tier: 'web' }, true],
    [{ matchLabels: { tier: 'web' } }, { tier: 'job' }, false],
    [{ matchLabels: { tier: 'web' } }, {}, false],
    [{ matchLabels: { tier: 'web', zone: 'a' } }, { tier: 'web' }, false],
    [expression('In', ['web', 'job']), { tier: 'job' }, true],
    [expression('In', ['web', 'job']), { tier: 'db' }, false],
    [expression('In', ['web']), {}, false],
    [expression('NotIn', ['web']), { tier: 'db' }, true],
    [expression('NotIn', ['web']), { tier: 'web' }, false],
    [expression('NotIn', ['web']), {}, true],
    [expression('Exists'), { tier: '' }, true],
    [expression('Exists'), {}, false],
    [expression('DoesNotExist'), {}, true],
    [expression('DoesNotExist'), { tier: '' }, false],
    [{ matchLabels: { zone: 'a' }, ...expression('Exists') }, { tier: 'web' }, false],
    [{ matchLabels: { zone: 'a' }, ...expression('Exists') }, { tier: 'web', zone: 'a' }, true],
  ])('%j against %j: %s', (selector, labels, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });

  it('takes no inherited property for a label', () => {
    const exists: LabelSelector = {
      matchExpressions: [{ key: 'constructor', operator: 'Exists' }],
    };

    expect(matchesSelector(exists, { constructor: 'me' })).toBe(true);
    expect(matchesSelector(exists, {})).toBe(false);
  });

  it.each([
    [
      expression('Gt', ['1']),
      'expected operator In, NotIn, Exists or DoesNotExist for label tier, found "Gt"',
    ],
    [expression('In'), 'expected operator In of label tier to list values, found none'],
    [
      expression('Exists', ['a']),
      'expected operator Exists of label tier to have no values, found a',
    ],
  ])('%j is refused with what is wrong', (selector, message) => {
    expect(() => matchesSelector(selector, { tier: 'web' })).toThrow(message);
  });
});

describe("what the injector's configuration says", () => {
  it('is read as istiod reads it', () => {
    expect(
      interpretInjectorPolicy({
        policy: 'enabled',
        neverInjectSelector: [{ matchLabels: { a: 'b' } }],
        alwaysInjectSelector: null,
        templates: { sidecar: 'text', gateway: 'text' },
        aliases: { both: ['sidecar', 'gateway'] },
        injectedAnnotations: {},
      }),
    ).toEqual(
      known({
        policy: 'enabled',
        neverInjectSelector: [{ matchLabels: { a: 'b' } }],
        alwaysInjectSelector: [],
        defaultTemplates: ['sidecar'],
        templates: ['gateway', 'sidecar'],
        aliases: { both: ['sidecar', 'gateway'] },
      }),
    );
  });

  it.each([
    ['text', 'policy: enabled'],
    ['a selector that is none', { policy: 'enabled', neverInjectSelector: ['job'] }],
    ['expressions that are none', { alwaysInjectSelector: [{ matchExpressions: 'job' }] }],
  ])('is unknown where it is %s', (_what, config) => {
    expect(interpretInjectorPolicy(config).kind).toBe('unknown');
  });
});

describe('who is the default', () => {
  it('is answered alike where the tag and the validator agree', () => {
    expect(
      answerDefaults([injectorOf('1-25'), tagOf('default', '1-25')], [validator('1-25')]),
    ).toEqual({ injection: '1-25', validation: '1-25', ownership: '1-25', leader: '1-25' });
  });

  it('may differ by question: the tag owns and leads, the validator validates', () => {
    expect(
      answerDefaults(
        [injectorOf('1-25'), injectorOf('1-26'), tagOf('default', '1-26')],
        [validator('1-25')],
      ),
    ).toEqual({ injection: '1-26', validation: '1-25', ownership: '1-26', leader: '1-26' });
  });

  it('is the control plane without a name where there is no tag', () => {
    expect(answerDefaults([injectorOf('default')], [validator('default')])).toEqual({
      injection: 'default',
      validation: 'default',
      ownership: 'default',
    });
  });

  it('is not the control plane without a name once the tag made it inert', () => {
    const unnamed = injectorOf('default');

    expect(answerDefaults([unnamed], []).injection).toBe('default');
    expect(answerDefaults([inert(unnamed)], []).injection).toBeUndefined();
    expect(answerDefaults([inert(unnamed), tagOf('default', 'default')], []).injection).toBe(
      'default',
    );
  });

  it('injects by the last of several in the order of their names, as that proxy stays', () => {
    const first = { ...tagOf('default', '1-26'), name: 'a' };
    const last = { ...tagOf('default', '1-25'), name: 'b' };

    expect(answerDefaults([last, first], []).injection).toBe('1-25');
    expect(answerDefaults([{ ...last, name: '0' }, first], []).injection).toBe('1-26');
  });

  it('validates where the Service of the validator is, whatever its label says', () => {
    const mislabelled = { ...validator('1-25'), revision: '1-26' };

    expect(answerDefaults([injectorOf('1-25'), injectorOf('1-26')], [mislabelled])).toEqual({
      validation: '1-25',
      ownership: '1-26',
    });
  });

  it('injects where the Service of the tag is, whatever its label says', () => {
    const mislabelled = { ...tagOf('default', '1-25'), revision: '1-26' };

    expect(answerDefaults([injectorOf('1-25'), injectorOf('1-26'), mislabelled], [])).toEqual({
      injection: '1-25',
      ownership: '1-26',
      leader: '1-26',
    });
  });

  it('leads only by the one name that istiod looks for', () => {
    const tag = tagOf('default', '1-25');
    const elsewhere = { ...tag, name: 'istio-revision-tag-default-mesh' };

    expect(answerDefaults([injectorOf('1-25'), tag], []).leader).toBe('1-25');
    expect(answerDefaults([injectorOf('1-25'), elsewhere], [])).toEqual({
      injection: '1-25',
      ownership: '1-25',
    });
  });

  it('is nobody where nothing says so', () => {
    expect(answerDefaults([injectorOf('1-25')], [])).toEqual({});
  });
});

function validator(revision: string): ValidatorFacts {
  return {
    name: 'istiod-default-validator',
    uid: 'validator',
    revision,
    webhooks: [
      {
        name: 'validation.istio.io',
        failurePolicy: 'Fail',
        namespaceSelector: {},
        objectSelector: {},
        service: {
          namespace: 'istio-system',
          name: revision === 'default' ? 'istiod' : `istiod-${revision}`,
          exists: true,
          readyEndpoints: 1,
        },
      },
    ],
  };
}
