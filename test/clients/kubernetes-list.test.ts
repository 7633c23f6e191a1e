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
