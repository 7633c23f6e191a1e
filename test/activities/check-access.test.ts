import { describe, expect, it } from '@jest/globals';
import { checkAccess } from '../../src/activities/check-access.ts';
import type { ClusterAccess } from '../../src/clients/cluster-access.ts';
import { KubernetesUnreachable } from '../../src/clients/kubernetes-error.ts';
import type { RequiredAccess } from '../../src/domain/planning/required-access.ts';
import { createFakeKubernetes } from '../support/fake-kubernetes.ts';

/** `verb resource namespace name`, as RBAC would be asked; absent parts are `*`. */
type Asked = string;

interface Witness {
  readonly access: ClusterAccess;
  readonly asked: readonly Asked[];
}

interface Attributes {
  readonly verb: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** An API server that allows these questions and no other. */
function clusterThatAllows(allowed: readonly Asked[], worker = new Error('not asked')): Witness {
  const asked: Asked[] = [];
  const client: ClusterAccess['worker'] = {
    ...createFakeKubernetes(),
    create: (review) => {
      if (worker instanceof KubernetesUnreachable) return Promise.reject(worker);
      const { resourceAttributes } = review['spec'] as { resourceAttributes: Attributes };
      const { verb, resource, subresource, namespace = '*', name = '*' } = resourceAttributes;
      const what = subresource === undefined ? resource : `${resource}/${subresource}`;
      const question = [verb, what, namespace, name].join(' ');
      asked.push(question);
      return Promise.resolve({ ...review, status: { allowed: allowed.includes(question) } });
    },
  };
  return { access: { worker: client, installer: client, installerKubeconfig: '' }, asked };
}

const RESTART = {
  identity: 'worker',
  verb: 'patch',
  group: 'apps',
  resource: 'deployments',
} as const;
const IN_TWO: readonly RequiredAccess[] = [
  { ...RESTART, namespace: 'shop' },
  { ...RESTART, namespace: 'bank' },
];
const TAG: RequiredAccess = {
  identity: 'installer',
  verb: 'patch',
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingwebhookconfigurations',
  name: 'istio-revision-tag-prod',
};

describe('asking for rights', () => {
  it('asks once of an identity that may do everything', async () => {
    const { access, asked } = clusterThatAllows(['* * * *']);

    expect(await checkAccess(access, IN_TWO)).toEqual([]);
    expect(asked).toEqual(['* * * *']);
  });

  it('asks once for all namespaces where the right is given for all', async () => {
    const { access, asked } = clusterThatAllows(['patch deployments * *']);

    expect(await checkAccess(access, IN_TWO)).toEqual([]);
    expect(asked).toEqual(['* * * *', 'patch deployments * *']);
  });

  it('asks for each namespace only where that is denied, and names the one without', async () => {
    const { access, asked } = clusterThatAllows(['patch deployments shop *']);

    expect(await checkAccess(access, IN_TWO)).toEqual([
      {
        code: 'PermissionMissing',
        severity: 'blocking',
        subject: 'worker: patch deployments.apps in bank',
        message:
          'expected the identity of the worker to have the right to patch deployments.apps in bank, which this plan uses; the API server says no',
        remedy:
          'kubectl create role meshlift-worker-patch-deployments --verb=patch --resource=deployments.apps -n bank && kubectl create rolebinding meshlift-worker-patch-deployments --role=meshlift-worker-patch-deployments --user=USER -n bank',
      },
    ]);
    expect(asked).toEqual([
      '* * * *',
      'patch deployments * *',
      'patch deployments shop *',
      'patch deployments bank *',
    ]);
  });

  it('asks by name where a right may be given by name', async () => {
    const byName = 'patch mutatingwebhookconfigurations * istio-revision-tag-prod';

    expect(await checkAccess(clusterThatAllows([byName]).access, [TAG])).toEqual([]);
    expect(await checkAccess(clusterThatAllows([]).access, [TAG])).toMatchObject([
      {
        subject: 'installer: patch mutatingwebhookconfigurations.admissionregistration.k8s.io',
        message: expect.stringContaining('(istio-revision-tag-prod), which'),
        remedy: expect.stringMatching(
          /^kubectl create clusterrole meshlift-installer-patch-mutatingwebhookconfigurations --verb=patch --resource=mutatingwebhookconfigurations.admissionregistration.k8s.io --resource-name=istio-revision-tag-prod && /,
        ),
      },
    ]);
  });

  it('names no more than ten, and then leaves the names out of the remedy', async () => {
    const tags = (count: number): RequiredAccess[] =>
      Array.from({ length: count }, (_, index) => ({ ...TAG, name: `tag-${index}` }));
    const { access } = clusterThatAllows([]);

    const [ten] = await checkAccess(access, tags(10));
    const [eleven] = await checkAccess(access, tags(11));

    expect(ten?.remedy).toContain('--resource-name=tag-9');
    expect(eleven?.remedy).not.toContain('--resource-name');
    expect(eleven?.message).toContain('tag-9 and 1 more)');
  });

  it('needs a right in every namespace where it is needed in every one', async () => {
    const everywhere = [{ ...RESTART, verb: 'list' as const }, ...IN_TWO];
    const { access } = clusterThatAllows(['list deployments shop *', 'patch deployments * *']);

    expect(await checkAccess(access, everywhere)).toMatchObject([
      { subject: 'worker: list deployments.apps' },
    ]);
  });

  it('keeps a subresource apart from its resource', async () => {
    const pods = { identity: 'worker', verb: 'create', group: '', resource: 'pods' } as const;
    const { access } = clusterThatAllows(['create pods * *']);

    expect(await checkAccess(access, [pods])).toEqual([]);
    expect(await checkAccess(access, [pods, { ...pods, subresource: 'eviction' }])).toMatchObject([
      {
        subject: 'worker: create pods/eviction',
        remedy: expect.stringContaining('--resource=pods/eviction'),
      },
    ]);
  });

  it('asks each identity for its own rights alone', async () => {
    const { access, asked } = clusterThatAllows([]);

    const findings = await checkAccess(access, [...IN_TWO, TAG]);

    expect(findings.map(({ subject }) => subject).toSorted()).toEqual([
      'installer: patch mutatingwebhookconfigurations.admissionregistration.k8s.io',
      'worker: patch deployments.apps in bank',
      'worker: patch deployments.apps in shop',
    ]);
    expect(asked.filter((each) => each === '* * * *')).toHaveLength(2);
  });

  it('is a finding where there is no answer', async () => {
    const silent = new KubernetesUnreachable('POST', new Error('refused'));
    const { access } = clusterThatAllows(['* * * *'], silent);

    expect(await checkAccess(clusterThatAllows(['* * * *']).access, IN_TWO)).toEqual([]);
    expect(await checkAccess(access, IN_TWO)).toMatchObject([
      {
        code: 'PermissionMissing',
        severity: 'blocking',
        message: expect.stringContaining('no answer (refused)'),
      },
    ]);
  });
});
