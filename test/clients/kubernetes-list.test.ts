import { describe, expect, it } from '@jest/globals';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import { collectAll } from '../../src/clients/kubernetes-list.ts';
import type { Call } from '../../src/clients/kubernetes-transport.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';

interface Answer {
  readonly names: readonly string[];
  readonly next?: string;
}

/** An API server that gives these pages, one per request; an error is thrown. */
function serving(answers: readonly (Answer | Error)[]): {
  readonly send: (call: Call) => Promise<unknown>;
  readonly calls: Call[];
} {
  const calls: Call[] = [];
  return {
    calls,
    send: async (call) => {
      const answer = answers[calls.length];
      calls.push(call);
      if (answer === undefined) throw new Error('one request too many');
      if (answer instanceof Error) throw answer;
      return {
        items: answer.names.map((name) => ({ metadata: { name } })),
        metadata: { continue: answer.next ?? '' },
      };
    },
  };
}

const EXPIRED = new KubernetesError({
  code: 410,
  reason: 'Expired',
  message: 'the token has expired',
  causes: [],
  retryAfterSeconds: undefined,
  request: 'GET /api/v1/pods',
});

const allNames = (send: (call: Call) => Promise<unknown>): Promise<string[]> =>
  collectAll(send, RESOURCE_KINDS.pod, { options: {}, pick: ({ metadata }) => metadata.name });

describe('a list in pages', () => {
  it('asks for each further page with the token of the one before', async () => {
    const { send, calls } = serving([{ names: ['a', 'b'], next: 'more' }, { names: ['c'] }]);

    expect(await allNames(send)).toEqual(['a', 'b', 'c']);
    expect(calls.map(({ query }) => query?.['continue'])).toEqual([undefined, 'more']);
  });

  it('leaves out what pick does not keep', async () => {
    const { send } = serving([{ names: ['keep', 'drop', 'keep'] }]);
    const pick = ({ metadata }: { readonly metadata: { readonly name: string } }) =>
      metadata.name === 'keep' ? metadata.name : undefined;

    expect(await collectAll(send, RESOURCE_KINDS.pod, { options: {}, pick })).toEqual([
      'keep',
      'keep',
    ]);
  });

  it('begins again when its token has expired, and counts nothing twice', async () => {
    const { send } = serving([
      { names: ['a'], next: 'old' },
      EXPIRED,
      { names: ['a'], next: 'new' },
      { names: ['b'] },
    ]);

    expect(await allNames(send)).toEqual(['a', 'b']);
  });

  it('gives up when its token expires a second time', async () => {
    const page = { names: ['a'], next: 'old' };
    const { send, calls } = serving([page, EXPIRED, page, EXPIRED]);

    await expect(allNames(send)).rejects.toThrow(EXPIRED);
    expect(calls).toHaveLength(4);
  });

  it('gives an item the kind that the server leaves out in lists', async () => {
    const { send } = serving([{ names: ['a'] }]);

    const [pod] = await collectAll(send, RESOURCE_KINDS.pod, { options: {}, pick: (each) => each });

    expect(pod).toEqual({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } });
  });
});

/** Pages that come when the test says so: their beginning first, then the whole. */
function servingSlowly(): {
  readonly send: (call: Call) => Promise<unknown>;
  readonly asked: (Call & {
    readonly begin: (next: string, head?: string) => void;
    readonly finish: (names: readonly string[], next?: string) => void;
    readonly fail: (error: Error) => void;
  })[];
} {
  const asked: ReturnType<typeof servingSlowly>['asked'] = [];
  return {
    asked,
    send: async (call) => {
      const answer = Promise.withResolvers<unknown>();
      call.signal?.addEventListener('abort', () => answer.reject(new Error('ended')));
      asked.push({
        ...call,
        begin: (
          next,
          head = `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"${next}"},"items":[{"metadata":`,
        ) => call.onHead?.(head),
        finish: (names, next = '') =>
          answer.resolve({
            items: names.map((name) => ({ metadata: { name } })),
            metadata: { continue: next },
          }),
        fail: answer.reject,
      });
      return answer.promise;
    },
  };
}

const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the next page', () => {
  it('is asked for while the one before it is still coming, and the one after it is not', async () => {
    const { send, asked } = servingSlowly();
    const names = allNames(send);
    asked[0]?.begin('second');
    await aTurn();
    expect(asked.map(({ query }) => query?.['continue'])).toEqual([undefined, 'second']);

    asked[1]?.begin('third');
    await aTurn();
    expect(asked).toHaveLength(2);

    asked[0]?.finish(['a'], 'second');
    await aTurn();
    expect(asked.map(({ query }) => query?.['continue'])).toEqual([undefined, 'second', 'third']);
    asked[1]?.finish(['b'], 'third');
    asked[2]?.finish(['c']);
    expect(await names).toEqual(['a', 'b', 'c']);
  });

  it('is asked for with the token of the whole page where its beginning does not tell', async () => {
    const { send, asked } = servingSlowly();
    const names = allNames(send);
    asked[0]?.begin('second', '{"items":[{"metadata":{"continue":"of an object"}}],"metadata":{');
    await aTurn();
    expect(asked).toHaveLength(1);

    asked[0]?.finish(['a'], 'second');
    await aTurn();
    asked[1]?.finish(['b']);
    expect(await names).toEqual(['a', 'b']);
    expect(asked.map(({ query }) => query?.['continue'])).toEqual([undefined, 'second']);
  });

  it('is given up when the one before it fails, which is the failure that is told', async () => {
    const { send, asked } = servingSlowly();
    const names = allNames(send);
    asked[0]?.begin('second');
    await aTurn();
    asked[0]?.fail(new Error('the first page broke'));

    await expect(names).rejects.toThrow('the first page broke');
    expect(asked[1]?.signal?.aborted).toBe(true);
  });
});
