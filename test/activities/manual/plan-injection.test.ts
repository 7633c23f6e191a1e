import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  planInjection,
  type InjectionPlan,
} from '../../../src/activities/restart/manual/plan-injection.ts';
import type { ManualInjection } from '../../../src/config/config.ts';
import { CommandError } from '../../../src/clients/command-error.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../../src/domain/mesh/observed-mesh.ts';
import type { InjectTreatment } from '../../../src/domain/restart/manual/inject-treatment.ts';
import type { InjectRequest } from '../../../src/installers/installer.ts';
import { APP, injected } from '../../domain/restart/manual/templates.ts';
import { istioVersion } from '../../installers/support.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../../support/fake-kubernetes.ts';
import { configMap, workloadObject } from '../../support/kubernetes-objects.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-plan-injection-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signal = AbortSignal.timeout(60_000);
const [SOURCE, TARGET] = (['1.25.1', '1.26.1'] as const).map((text) => ({
  version: istioVersion(text),
  revision: text.replaceAll('.', '-'),
  meshNamespace: 'istio-system',
}));
if (SOURCE === undefined || TARGET === undefined) throw new Error('two releases');

function injectorOf(revision: string): readonly KubernetesObject[] {
  return [
    configMap(`istio-sidecar-injector-${revision}`, { config: `config ${revision}`, values: '{}' }),
    configMap(`istio-${revision}`, { mesh: `mesh ${revision}` }),
  ];
}

const releases = { source: SOURCE, target: TARGET, objects: injectorOf(TARGET.revision) };

let cluster: FakeKubernetes;
let asked: InjectRequest[];
/** What the injection of a manifest comes to; `undefined`: what the real one gives. */
let injection: ((request: InjectRequest) => readonly KubernetesObject[]) | undefined;

beforeEach(() => {
  cluster = createFakeKubernetes();
  asked = [];
  injection = undefined;
  for (const object of injectorOf(SOURCE.revision)) cluster.place(object);
});

const installer = {
  inject: async (request: InjectRequest) => {
    asked.push(request);
    return (
      injection?.(request) ?? request.manifests.map((each) => withProxy(each, request.version))
    );
  },
};

function withProxy(manifest: KubernetesObject, version: string): KubernetesObject {
  const template = injected(version);
  return { ...manifest, spec: { template } };
}

/** A workload that was injected from its original, with what somebody changed since. */
function place(name: string, change: Parameters<typeof injected>[1] = {}): WorkloadRef {
  const spec = { replicas: 3, template: injected('1.25.1', change) };
  const { metadata } = cluster.place(workloadObject('Deployment', name, { spec }));
  return { kind: 'Deployment', namespace: 'shop', name, uid: metadata.uid ?? '' };
}

function given(...names: readonly string[]): ManualInjection {
  const manifests = path.join(folder, 'all.yaml');
  const spec = { template: { spec: { containers: [APP] } } };
  const text = names.map((name) =>
    JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec }),
  );
  writeFileSync(manifests, text.join('\n---\n'));
  return { manifests, namespace: 'shop' };
}

async function plan(
  workloads: readonly WorkloadRef[],
  more: {
    readonly given?: ManualInjection | undefined;
    readonly unrendered?: boolean;
    readonly stuck?: ReadonlyMap<string, string>;
  } = {},
): Promise<InjectionPlan> {
  const access = { worker: cluster, installer: cluster, installerKubeconfig: '/nowhere' };
  const { unrendered = false } = more;
  return planInjection(
    access,
    installer,
    {
      given: more.given,
      workloads,
      stuck: more.stuck ?? new Map(),
      ...(unrendered ? {} : { releases }),
    },
    signal,
  );
}

function treatmentOf({ treatments }: InjectionPlan, { uid }: WorkloadRef): InjectTreatment {
  const treatment = treatments.get(uid);
  if (treatment === undefined) throw new Error('expected a treatment');
  return treatment;
}

describe('planning workloads that were injected by hand', () => {
  it('renders the original with both injectors, writes nothing, and shows what changes', async () => {
    const cart = place('cart');

    const planned = await plan([cart], { given: given('cart') });

    expect(asked.map(({ version, injector }) => ({ version, ...injector }))).toEqual(
      ['1.26.1', '1.25.1'].map((version) => ({
        version,
        injectConfig: `config ${version.replaceAll('.', '-')}`,
        meshConfig: `mesh ${version.replaceAll('.', '-')}`,
        values: '{}',
      })),
    );
    expect(asked[0]?.manifests[0]?.metadata).toEqual({ name: 'cart', namespace: 'shop' });
    expect(planned).toMatchObject({ refused: new Map(), findings: [] });
    expect(treatmentOf(planned, cart).diff.map(({ path: where, to }) => [where, to])).toEqual([
      ['spec.template.metadata.annotations.istio.io/rev', '1-26-1'],
      expect.arrayContaining(['spec.template.metadata.annotations.sidecar.istio.io/status']),
      ['spec.template.spec.containers[name="istio-proxy"].image', 'docker.io/istio/proxyv2:1.26.1'],
    ]);
    expect(cluster.writes).toEqual([]);
  });

  it('binds manifest, files, rendered and live template, each by a digest of its own', async () => {
    const cart = place('cart');
    const first = treatmentOf(await plan([cart], { given: given('cart') }), cart);
    const again = treatmentOf(await plan([cart], { given: given('cart') }), cart);
    expect(again).toEqual(first);

    const values = path.join(folder, 'values.json');
    writeFileSync(values, '{"a":1}');
    const withFile = { ...given('cart'), valuesFile: values };
    const changed = treatmentOf(await plan([cart], { given: withFile }), cart);
    expect(asked.at(-1)?.injector.values).toBe('{"a":1}');
    expect({ ...changed, files: undefined }).toEqual({ ...first, files: undefined });
    expect([first.files, changed.files]).toEqual([undefined, expect.stringContaining('sha256:')]);
    writeFileSync(values, '{"a":2}');
    const other = treatmentOf(await plan([cart], { given: withFile }), cart);
    expect(other.files).not.toBe(changed.files);

    cluster.place({
      ...workloadObject('Deployment', 'cart', { spec: { template: injected('1.25.1', { x: 1 }) } }),
    });
    const edited = { ...cart, uid: 'uid-edited' };
    expect((await plan([edited], { given: given('cart') })).refused.get('uid-edited')).toBe(
      'it was replaced meanwhile',
    );
  });

  it('names what somebody changed in the cluster, and that only', async () => {
    const [calm, edited] = [place('calm'), place('edited', { nodeName: 'x' })];

    const planned = await plan([calm, edited], { given: given('calm', 'edited') });

    expect([...planned.treatments.keys()]).toEqual([calm.uid, edited.uid]);
    expect(planned.findings).toEqual([
      expect.objectContaining({
        code: 'LiveEditWouldBeLost',
        severity: 'overridable',
        subject: 'Deployment shop/edited',
        message: expect.stringContaining('somebody changed it: spec.nodeName'),
      }),
    ]);
  });

  it('refuses each for its own reason and plans the others', async () => {
    const [cart, web, gone] = [place('cart'), place('web'), place('gone')];
    injection = ({ manifests, version }) =>
      manifests.map((each) => (each.metadata.name === 'web' ? each : withProxy(each, version)));

    const planned = await plan([cart, web, gone], { given: given('cart', 'web') });

    expect([...planned.treatments.keys()]).toEqual([cart.uid]);
    expect(Object.fromEntries(planned.refused)).toEqual({
      [gone.uid]: 'no Deployment shop/gone is among the original manifests',
      [web.uid]: expect.stringContaining('gives it no proxy'),
    });
  });

  it('tells of several manifests the one that istioctl refuses', async () => {
    const [cart, web] = [place('cart'), place('web')];
    injection = ({ manifests, version }) => {
      if (manifests.some(({ metadata }) => metadata.name === 'web')) throw refusedBy('bad field');
      return manifests.map((each) => withProxy(each, version));
    };

    const planned = await plan([cart, web], { given: given('cart', 'web') });

    expect([...planned.treatments.keys()]).toEqual([cart.uid]);
    expect(planned.refused).toEqual(new Map([[web.uid, 'istioctl kube-inject says: bad field']]));
  });

  it('refuses those that a new template would not move, whatever their original', async () => {
    const [cart, web] = [place('cart'), place('web')];

    const planned = await plan([cart, web], {
      given: given('cart', 'web'),
      stuck: new Map([[web.uid, 'its rollout is paused']]),
    });

    expect([...planned.treatments.keys()]).toEqual([cart.uid]);
    expect(planned.refused).toEqual(new Map([[web.uid, 'its rollout is paused']]));
  });

  it('only looks for the originals where nothing can be rendered', async () => {
    const [cart, web] = [place('cart'), place('web')];

    const planned = await plan([cart, web], { given: given('cart'), unrendered: true });

    expect(planned.treatments.size).toBe(0);
    expect([...planned.refused.keys()]).toEqual([web.uid]);
    expect(asked).toEqual([]);
  });

  it('refuses all where no originals are given, or a file cannot be read', async () => {
    const cart = place('cart');
    const nowhere = path.join(folder, 'nowhere');

    expect((await plan([cart])).refused.get(cart.uid)).toBe('its original manifest is not given');
    const unread = await plan([cart], { given: { manifests: nowhere } });
    expect(unread.findings).toMatchObject([
      { code: 'ManifestUnreadable', severity: 'blocking', subject: nowhere },
    ]);
    const config = { ...given('cart'), injectConfigFile: nowhere };
    expect((await plan([cart], { given: config })).findings).toMatchObject([
      { code: 'ManifestUnreadable', subject: nowhere },
    ]);
  });
});

function refusedBy(stderrTail: string): CommandError {
  return new CommandError({
    command: 'istioctl',
    args: [],
    failure: 'exit-code',
    exitCode: 1,
    stderrTail,
  });
}
