import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ClusterAccess } from '../../../src/clients/cluster-access.ts';
import { KubernetesError, KubernetesUnreachable } from '../../../src/clients/kubernetes-error.ts';
import type { DatedAnswer } from '../../../src/clients/kubernetes.ts';
import { ConfigError, type Config } from '../../../src/config/config.ts';
import { checkWindow } from '../../../src/activities/time/check-window.ts';
import type { TimeSource } from '../../../src/activities/time/read-verdict.ts';
import {
  createWindowGuard,
  FOLLOWED_MS,
  FRESH_MS,
  guarded,
} from '../../../src/activities/time/window-guard.ts';
import type { MaintenanceWindow } from '../../../src/domain/time/maintenance-window.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../../support/fake-kubernetes.ts';

const NIGHTS: MaintenanceWindow = {
  name: 'nights',
  timeZone: 'UTC',
  rule: { kind: 'daily', every: 1 },
  start: '22:00',
  durationSeconds: 4 * 3600,
  except: [],
};
const OPEN = Date.parse('2026-11-24T22:30:00Z');
const CLOSED = Date.parse('2026-11-24T12:00:00Z');
const NEED = { phase: 'data-plane', windows: ['nights'] } as const;
const ALWAYS = { phase: 'data-plane' } as const;

/** A cluster with a clock of its own, and the configuration as it is now. */
interface Setting {
  readonly kubernetes: FakeKubernetes;
  readonly source: TimeSource;
  at: number | undefined;
  config: Pick<Config, 'windows' | 'freezes'> | ConfigError;
  trouble: Error | undefined;
  reads: number;
}

function setting(about: Partial<Pick<Setting, 'at' | 'config' | 'trouble'>> = {}): Setting {
  const kubernetes = createFakeKubernetes();
  const here: Setting = {
    kubernetes,
    at: OPEN,
    config: { windows: [NIGHTS] },
    trouble: undefined,
    reads: 0,
    ...about,
    source: {
      cluster: 'demo',
      meshNamespace: 'istio-system',
      readConfig: () => {
        if (here.config instanceof ConfigError) throw here.config;
        return here.config as Config;
      },
      kubernetes: {
        follow: (kind, options, pick) => kubernetes.follow(kind, options, pick),
        getDated: async (ref): Promise<DatedAnswer> => {
          here.reads += 1;
          if (here.trouble !== undefined) throw here.trouble;
          const { object } = await kubernetes.getDated(ref);
          return {
            ...(object === undefined ? {} : { object }),
            ...(here.at === undefined ? {} : { at: here.at }),
          };
        },
      },
    },
  };
  return here;
}

function freezes(data: Readonly<Record<string, string>>) {
  const metadata = { namespace: 'istio-system', name: 'meshlift-freezes' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

const NOW_FROZEN = '{"from":"2026-11-24T00:00:00Z","to":"2026-11-25T00:00:00Z","reason":"sale"}';
const forbidden = new KubernetesError({
  request: 'GET …',
  code: 403,
  reason: 'Forbidden',
  message: 'configmaps is forbidden',
  causes: [],
  retryAfterSeconds: undefined,
});

describe('whether a mesh may be changed now', () => {
  it('is judged by the clock of the API server', async () => {
    expect(await checkWindow(setting({ at: OPEN }).source, NEED)).toMatchObject({ kind: 'open' });
    expect(await checkWindow(setting({ at: CLOSED }).source, NEED)).toMatchObject({
      kind: 'closed',
      opensAt: '2026-11-24T22:00:00.000Z',
    });
  });

  it('is judged by the configuration as it is at each look', async () => {
    const here = setting();
    expect(await checkWindow(here.source, NEED)).toMatchObject({ kind: 'open' });

    here.config = { windows: [{ ...NIGHTS, start: '23:00' }] };

    expect(await checkWindow(here.source, NEED)).toMatchObject({ kind: 'closed' });
  });

  it('knows freezes of the configuration for this cluster, and those for all', async () => {
    const freeze = { name: 'sale', from: CLOSED, to: OPEN + 1 };
    const look = (clusters?: readonly string[]): ReturnType<typeof checkWindow> => {
      const frozen = clusters === undefined ? freeze : { ...freeze, clusters };
      return checkWindow(setting({ config: { freezes: [frozen] } }).source, ALWAYS);
    };
    expect(await look(['other'])).toEqual({ kind: 'open' });
    expect(await look(['other', 'demo'])).toMatchObject({ kind: 'closed' });
    expect(await look()).toMatchObject({ kind: 'closed' });
  });

  it('knows freezes of the ConfigMap in the mesh, which win over an open window', async () => {
    const here = setting();
    expect(await checkWindow(here.source, NEED)).toMatchObject({ kind: 'open' });

    here.kubernetes.place(freezes({ sale: NOW_FROZEN }));

    expect(await checkWindow(here.source, NEED)).toEqual({
      kind: 'closed',
      because: 'freeze "sale" until 2026-11-25T00:00:00.000Z: sale',
      opensAt: '2026-11-25T00:00:00.000Z',
    });
  });

  it.each([
    [
      'the configuration',
      { config: new ConfigError('meshlift.yaml:3:1: bad') },
      'meshlift.yaml:3:1: bad',
    ],
    ['the ConfigMap, for lack of rights,', { trouble: forbidden }, 'Grant the right to get it'],
    ['the time of the server', { at: undefined }, 'told no time'],
    ['a window by that name', { config: {} }, 'meshlift.yaml has no window nights any more'],
  ])('is no where %s cannot be read, with words', async (_what, about, words) => {
    const verdict = await checkWindow(setting(about).source, NEED);
    expect(verdict).toEqual({ kind: 'closed', because: expect.stringContaining(words) });
  });

  it('is no where an entry of the ConfigMap cannot be read, by its name', async () => {
    const here = setting();
    here.kubernetes.place(freezes({ odd: 'until tuesday' }));
    expect(await checkWindow(here.source, ALWAYS)).toEqual({
      kind: 'closed',
      because: expect.stringMatching(/^ConfigMap istio-system\/meshlift-freezes: .* under odd/),
    });
  });

  it('is not answered while the server does not answer: it is asked again', async () => {
    const trouble = new KubernetesUnreachable('GET …', new Error('reset'));
    await expect(checkWindow(setting({ trouble }).source, ALWAYS)).rejects.toBe(trouble);
  });
});

describe('a change of the mesh', () => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'cart' },
  };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'shop', name: 'cart-1' } };
  const record = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'istio-system', name: 'meshlift-run-1-step-crds' },
  };
  const { metadata, ...kinds } = deployment;
  const ref = { ...kinds, ...metadata };

  function access(here: Setting, need: Parameters<typeof createWindowGuard>[1]): ClusterAccess {
    const { kubernetes } = here;
    const open = { worker: kubernetes, installer: kubernetes, installerKubeconfig: '/nowhere' };
    return guarded(open, createWindowGuard(here.source, need));
  }

  it.each(['worker', 'installer'] as const)('is made in time, by the %s', async (identity) => {
    const here = setting();
    await access(here, NEED)[identity].create(deployment);
    expect(here.kubernetes.writes).toEqual(['create Deployment shop/cart']);
  });

  it.each([
    ['create', (each: ClusterAccess) => each.worker.create(deployment)],
    ['replace', (each: ClusterAccess) => each.worker.replace(deployment)],
    ['apply', (each: ClusterAccess) => each.installer.apply(deployment, { fieldManager: 'm' })],
    ['patch', (each: ClusterAccess) => each.worker.mergePatch(ref, {})],
    ['delete', (each: ClusterAccess) => each.worker.delete(ref)],
    ['evict', (each: ClusterAccess) => each.worker.evict({ ...ref, kind: 'Pod' })],
  ])('is refused outside of its time: %s', async (_verb, change) => {
    const here = setting({ at: CLOSED });
    here.kubernetes.place(deployment);
    await expect(change(access(here, NEED))).rejects.toMatchObject({
      type: 'OutsideWindow',
      details: [{ kind: 'closed', opensAt: '2026-11-24T22:00:00.000Z' }],
    });
    expect(here.kubernetes.writes).toEqual([]);
  });

  it.each([
    [
      'the record of a run',
      (each: ClusterAccess) => each.worker.create(record),
      'create ConfigMap istio-system/meshlift-run-1-step-crds',
    ],
    [
      'a pod that was let go, made again',
      (each: ClusterAccess) => each.worker.create(pod),
      'create Pod shop/cart-1',
    ],
  ])('is no change of it: %s', async (_what, change, written) => {
    const here = setting({ at: CLOSED });
    await change(access(here, NEED));
    expect(here.kubernetes.writes).toEqual([written]);
  });

  it('asks the server once for many changes at once, and anew a second later', async () => {
    const here = setting();
    const { worker } = access(here, NEED);
    const named = (name: string) => ({ ...deployment, metadata: { ...metadata, name } });
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => worker.create(named(name))));
    const atOnce = here.reads;

    here.kubernetes.place(freezes({ sale: NOW_FROZEN }));
    await new Promise((resolve) => setTimeout(resolve, FRESH_MS + 50));

    await expect(worker.create(named('e'))).rejects.toMatchObject({ type: 'OutsideWindow' });
    expect([atOnce, here.reads]).toEqual([1, 2]);
  });

  it('is refused from the end of its window on, however fresh the last look is', async () => {
    const here = setting({ at: Date.parse('2026-11-25T01:59:59.700Z') });
    const { worker } = access(here, NEED);
    await worker.create(deployment);

    await new Promise((resolve) => setTimeout(resolve, 400));

    await expect(
      worker.create({ ...deployment, metadata: { ...metadata, name: 'late' } }),
    ).rejects.toMatchObject({ type: 'OutsideWindow' });
    expect(here.reads).toBe(1);
  });
});

describe('freezes that are followed', () => {
  const frozen = { kind: 'closed', because: expect.stringContaining('freeze "sale"') };
  let ahead = 0;
  beforeEach(() => {
    ahead = 0;
    const real = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => real() + ahead);
  });
  afterEach(() => void jest.restoreAllMocks());

  async function following(here: Setting) {
    const guard = createWindowGuard(here.source, ALWAYS);
    const news = guard.follow();
    await setImmediate();
    expect(await guard.verdict()).toEqual({ kind: 'open' });
    return { guard, news };
  }

  it('are asked for once in ten seconds, however many changes are made', async () => {
    const here = setting();
    const { guard } = await following(here);
    const atFirst = here.reads;

    for (ahead = 0; ahead < 2 * FOLLOWED_MS; ahead += 100) await guard.verdict();

    expect([atFirst, here.reads]).toEqual([1, 2]);
  });

  it('hold as soon as one is added', async () => {
    const here = setting();
    const { guard } = await following(here);

    await here.kubernetes.create(freezes({ sale: NOW_FROZEN }));
    await setImmediate();

    expect(await guard.verdict()).toMatchObject(frozen);
  });

  it('leave the configuration to be read each second all the same', async () => {
    const here = setting({ config: {} });
    const { guard } = await following(here);
    here.config = { freezes: [{ name: 'sale', from: CLOSED, to: OPEN + 3_600_000 }] };

    ahead = FRESH_MS;

    expect(await guard.verdict()).toMatchObject(frozen);
    expect(here.reads).toBe(1);
  });

  it('hold within ten seconds where the watch has missed it', async () => {
    const here = setting();
    const { guard } = await following(here);
    here.kubernetes.unseen(() => here.kubernetes.place(freezes({ sale: NOW_FROZEN })));
    ahead = FOLLOWED_MS - 1000;
    const before = await guard.verdict();

    ahead = FOLLOWED_MS;

    expect(before).toEqual({ kind: 'open' });
    expect(await guard.verdict()).toMatchObject(frozen);
  });

  it('are asked for each second again once the watch has failed', async () => {
    const here = setting();
    const { guard } = await following(here);
    here.kubernetes.failMirrors(forbidden);
    const atFirst = here.reads;

    for (ahead = 0; ahead < 3 * FRESH_MS; ahead += FRESH_MS) await guard.verdict();

    expect(here.reads - atFirst).toBeGreaterThanOrEqual(2);
  });

  it('are followed no longer once that is over', async () => {
    const here = setting();
    const { guard, news } = await following(here);
    news.close();

    ahead = FRESH_MS;
    const atLast = here.reads;
    await guard.verdict();

    expect(here.reads).toBe(atLast + 1);
  });
});
