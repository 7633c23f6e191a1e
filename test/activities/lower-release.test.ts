import { beforeEach, describe, expect, it } from '@jest/globals';
import { lowerRelease, type LoweredRelease } from '../../src/activities/downgrade/lower-release.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import { digestOf } from '../../src/clients/digest.ts';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import { RESOURCE_KINDS } from '../../src/clients/resource-kinds.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import type {
  MeshInstaller,
  RenderedObject,
  RenderedRelease,
} from '../../src/installers/installer.ts';
import { istioVersion } from '../installers/support.ts';
import { createFakeKubernetes, type FakeKubernetes } from '../support/fake-kubernetes.ts';
import { accessTo } from '../support/sample-run.ts';

const GATEWAYS = 'gateways.networking.istio.io';
const FROM = {
  revision: '1-26-1',
  version: istioVersion('1.26.1'),
  meshNamespace: 'istio-system',
} as const;
const TO = { ...FROM, revision: '1-25-1', version: istioVersion('1.25.1') };

let cluster: FakeKubernetes;
beforeEach(() => {
  cluster = createFakeKubernetes();
});

interface Version {
  readonly name: string;
  readonly fields?: readonly string[];
}

/** A CRD whose first version is stored, and whose `spec` has these fields. */
function crd(
  versions: readonly Version[],
  stored: readonly string[] = [],
  kind = 'Gateway',
): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.toLowerCase()}s.networking.istio.io` },
    spec: {
      group: 'networking.istio.io',
      scope: 'Namespaced',
      names: { kind, plural: `${kind.toLowerCase()}s` },
      versions: versions.map(({ name, fields = ['old'] }, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])),
              },
            },
          },
        },
      })),
    },
    status: { storedVersions: stored },
  };
}

/** A custom resource, written in these versions. */
function gateway(
  name: string,
  spec: object,
  writtenIn: readonly string[] = ['v1'],
): KubernetesObject {
  const managedFields = writtenIn.map((version) => ({
    apiVersion: `networking.istio.io/${version}`,
    manager: 'kubectl',
  }));
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'shop', managedFields } as KubernetesObject['metadata'],
    spec,
  };
}

const ACCOUNT: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'istio-reader-service-account', namespace: 'istio-system' },
};
const ISTIOD: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'istiod-1-25-1', namespace: 'istio-system' },
};

function releaseOf(
  crds: readonly KubernetesObject[],
  warnings: readonly string[] = [],
): RenderedRelease {
  const objects: readonly RenderedObject[] = [
    ...[...crds, ACCOUNT].map((object) => ({ component: 'Base' as const, object })),
    { component: 'Pilot', object: ISTIOD },
  ];
  return { objects, digest: digestOf(objects), warnings };
}

/** The custom resources of a cluster, of which the fake knows no kinds. */
function withObjects(
  objects: readonly KubernetesObject[],
  client: KubernetesClient = cluster,
): { readonly client: KubernetesClient; readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    client: {
      ...client,
      collect: async (kind, options, pick) => {
        if (kind.kind === RESOURCE_KINDS.customResourceDefinition.kind) {
          return client.collect(kind, options, pick);
        }
        const part = options.metadataOnly === true ? 'metadata' : 'all';
        asked.push(`${part} of ${kind.apiVersion} ${kind.plural}`);
        return objects
          .map((object) =>
            pick(options.metadataOnly === true ? { ...object, spec: undefined } : object),
          )
          .filter((kept) => kept !== undefined);
      },
    },
  };
}

async function lower(
  rendered: RenderedRelease,
  client: KubernetesClient = cluster,
  running: readonly string[] = [],
): Promise<LoweredRelease> {
  const access: ClusterAccess = accessTo(client);
  const installer = {
    render: async () => ({ ...rendered, warnings: running }),
  } as Pick<MeshInstaller, 'render'> as MeshInstaller;
  const configuration = { spec: {}, source: 'recorded', unknowns: [] } as const;
  const signal = AbortSignal.timeout(5000);
  return lowerRelease(access, installer, { from: FROM, to: TO, configuration, rendered }, signal);
}

function stopping({ findings }: LoweredRelease): readonly string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, subject }) => `${code} ${subject}`);
}

describe('what is brought of a lower release', () => {
  it('is the control plane, no CRD, and of Base only what is missing, with the control plane', async () => {
    const same = crd([{ name: 'v1' }], ['v1']);
    cluster.place(same);

    const missing = await lower(releaseOf([same]));
    cluster.place(ACCOUNT);
    const there = await lower(releaseOf([same]));

    const namesOf = ({ release }: LoweredRelease): readonly string[] =>
      release.objects.map(({ component, object }) => `${component} ${object.kind}`);
    expect(namesOf(missing)).toEqual(['Pilot ServiceAccount', 'Pilot Deployment']);
    expect(namesOf(there)).toEqual(['Pilot Deployment']);
    expect(there.release.digest).toBe(digestOf(there.release.objects));
    expect(there.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'CrdsKept info',
    ]);
  });

  it('is no CRD either where the cluster has none, which stops the run', async () => {
    const lowered = await lower(releaseOf([crd([{ name: 'v1' }])]));

    expect(lowered.release.objects.map(({ object }) => object.kind)).not.toContain(
      'CustomResourceDefinition',
    );
    expect(stopping(lowered)).toEqual([`CrdVersionMissing CustomResourceDefinition ${GATEWAYS}`]);
  });
});

describe('objects of CRDs that are newer than those of a lower release', () => {
  it('are not read where the CRDs are the same', async () => {
    const same = crd([{ name: 'v1' }], ['v1']);
    cluster.place(same);
    const { client, asked } = withObjects([gateway('a', { old: '1' })]);

    expect(stopping(await lower(releaseOf([same]), client))).toEqual([]);

    expect(asked).toEqual([]);
  });

  it('are not read where the CRD only lacks a version, which stops the run as it is', async () => {
    cluster.place(crd([{ name: 'v1' }], ['v1']));
    const { client, asked } = withObjects([gateway('a', { old: '1' })]);
    const target = crd([{ name: 'v1' }, { name: 'v1alpha3' }]);

    expect(stopping(await lower(releaseOf([target]), client))).toEqual([
      `CrdVersionMissing CustomResourceDefinition ${GATEWAYS}`,
    ]);
    expect(asked).toEqual([]);
  });

  it('are read as they are stored, and those named that use a new field', async () => {
    cluster.place(crd([{ name: 'v1', fields: ['old', 'new'] }], ['v1']));
    const { client, asked } = withObjects([
      gateway('a', { old: '1' }),
      gateway('b', { new: '1' }),
      gateway('c', { new: '2' }),
    ]);

    const lowered = await lower(releaseOf([crd([{ name: 'v1' }])]), client);

    expect(stopping(lowered)).toEqual(['FeatureMissing Gateway spec.new']);
    expect(lowered.findings[0]?.message).toContain('used by 2 objects: shop/b, shop/c');
    expect(asked).toEqual(['all of networking.istio.io/v1 gateways']);
  });

  it('are told by their metadata alone where only versions differ', async () => {
    cluster.place(crd([{ name: 'v2' }, { name: 'v1' }], ['v1', 'v2']));
    const { client, asked } = withObjects([
      gateway('a', { old: '1' }),
      gateway('b', { old: '1' }, ['v1', 'v2']),
    ]);

    const lowered = await lower(releaseOf([crd([{ name: 'v1' }])]), client);

    expect(stopping(lowered)).toEqual([
      `StoredVersionMissing CustomResourceDefinition ${GATEWAYS}`,
    ]);
    expect(lowered.findings[0]?.message).toContain('written in v2: shop/b;');
    expect(lowered.findings[0]?.message).toContain('2 objects may be stored so: shop/a, shop/b');
    expect(asked).toEqual(['metadata of networking.istio.io/v2 gateways']);
  });

  it('of a kind that the lower release does not have are named', async () => {
    cluster.place(crd([{ name: 'v1' }], ['v1']));
    const { client } = withObjects([gateway('a', {})]);

    const lowered = await lower(releaseOf([]), client);

    expect(stopping(lowered)).toEqual(['FeatureMissing kind Gateway (networking.istio.io)']);
  });

  it('that may not be read are no proof that nothing is used', async () => {
    cluster.place(crd([{ name: 'v1', fields: ['old', 'new'] }], ['v1']));
    const { client } = withObjects([]);
    const refusing: KubernetesClient = {
      ...client,
      collect: async (kind, options, pick) => {
        if (kind.kind === 'Gateway') throw forbidden('gateways');
        return client.collect(kind, options, pick);
      },
    };

    const lowered = await lower(releaseOf([crd([{ name: 'v1' }])]), refusing);

    expect(lowered.findings).toMatchObject([
      { code: 'FactUnknown', severity: 'blocking', message: expect.stringContaining('forbidden') },
      { code: 'CrdsKept' },
    ]);
  });

  it('cannot be told where the CRDs themselves may not be read', async () => {
    const refusing: KubernetesClient = {
      ...cluster,
      collect: async () => {
        throw forbidden('customresourcedefinitions');
      },
    };

    expect((await lower(releaseOf([]), refusing)).findings).toMatchObject([
      { code: 'FactUnknown', severity: 'blocking', subject: 'CustomResourceDefinitions' },
    ]);
  });
});

describe('settings of the running revision', () => {
  it('that only the lower version has something against are told, and may be accepted', async () => {
    const said = ['unknown field "newSetting" in v1alpha1.Values', 'old news'];

    const lowered = await lower(releaseOf([], said), cluster, ['old news']);

    expect(lowered.findings).toMatchObject([
      { code: 'CrdsKept' },
      { code: 'SettingRefused', severity: 'overridable', subject: 'istioctl 1.25.1' },
    ]);
    expect(lowered.findings[1]?.message).toContain('newSetting');
    expect(lowered.findings[1]?.message).not.toContain('old news');
    expect(stopping(await lower(releaseOf([], ['old news']), cluster, ['old news']))).toEqual([]);
  });
});

function forbidden(what: string): KubernetesError {
  return new KubernetesError({
    code: 403,
    reason: 'Forbidden',
    message: `${what} is forbidden`,
    causes: [],
    retryAfterSeconds: undefined,
    request: `GET ${what}`,
  });
}
