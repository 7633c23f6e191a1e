import { afterEach, beforeEach, expect } from '@jest/globals';
import {
  followKind,
  type FollowOptions,
  type FollowTimes,
  type Mirror,
} from '../../src/clients/kubernetes-follow.ts';
import { withRetries } from '../../src/clients/kubernetes-retry.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { untilHolds } from '../support/until-holds.ts';
import { startScriptedApi, type ScriptedApi } from './scripted-api.ts';

/** The product's own, a hundred times as fast. */
export const TIMES: FollowTimes = {
  watchSeconds: 30,
  deadMs: 350,
  goodMs: 10,
  firstListMs: 300,
  backoff: { firstMs: 2, longestMs: 50 },
};

/** Mirrors of the pods of a scripted server, one server for each test. */
export interface FollowBench {
  readonly api: ScriptedApi;
  /** What is kept of a pod is `name@resourceVersion`. */
  follow(options?: FollowOptions, times?: Partial<FollowTimes>): Promise<Mirror<string>>;
}

export function useFollowBench(): FollowBench {
  let api: ScriptedApi | undefined;
  const mirrors: Mirror<string>[] = [];
  const running = (): ScriptedApi => {
    if (api === undefined) throw new Error('the server runs only within a test');
    return api;
  };

  beforeEach(async () => {
    api = await startScriptedApi();
  });
  afterEach(async () => {
    for (const mirror of mirrors.splice(0)) mirror.close();
    await api?.close();
  });

  return {
    get api() {
      return running();
    },
    follow: async (options = {}, times = {}) => {
      const { send, open } = running().transport;
      const { backoff } = TIMES;
      const transport = { send: withRetries(send, { backoff }), open };
      const request = { options, pick: nameAndVersion, times: { ...TIMES, ...times } };
      const mirror = await followKind(transport, RESOURCE_KINDS.pod, request);
      mirrors.push(mirror);
      return mirror;
    },
  };
}

function nameAndVersion({ metadata }: KubernetesObject): string {
  return `${metadata.name}@${metadata.resourceVersion ?? ''}`;
}

export function shown(mirror: Mirror<string>): readonly string[] {
  return [...mirror.items.values()].toSorted();
}

export async function shows(mirror: Mirror<string>, expected: readonly string[]): Promise<void> {
  await untilHolds(() => expect(shown(mirror)).toEqual(expected));
}
