import type { ApiClient } from '../../../rig/kubernetes/client.ts';

const MESH = 'istio-system';
const ISTIOD = `/apis/apps/v1/namespaces/${MESH}/deployments/istiod`;
const AUTOSCALER = `/apis/autoscaling/v2/namespaces/${MESH}/horizontalpodautoscalers/istiod`;
const BUDGET = `/apis/policy/v1/namespaces/${MESH}/poddisruptionbudgets/istiod`;
const MESH_CONFIG = `/api/v1/namespaces/${MESH}/configmaps/istio`;

/** As people do it with kubectl: changed, added and removed, and a server-side apply by hand. */
export async function editByHand(person: ApiClient): Promise<void> {
  const edit = (path: string, manager: string): string => `${path}?fieldManager=${manager}`;
  await person.patch(
    edit(ISTIOD, 'kubectl-edit'),
    'strategic',
    envPatch([{ name: 'PILOT_TRACE_SAMPLING', value: '50' }]),
  );
  await person.patch(
    edit(ISTIOD, 'kubectl-set'),
    'strategic',
    envPatch([{ name: 'BY_HAND', value: '1' }]),
  );
  await person.patch(
    edit(ISTIOD, 'kubectl-edit'),
    'strategic',
    envPatch([{ name: 'CLUSTER_ID', $patch: 'delete' }]),
  );
  await person.patch(edit(AUTOSCALER, 'kubectl-edit'), 'merge', { spec: { minReplicas: 2 } });
  await person.patch(edit(BUDGET, 'kubectl-edit'), 'merge', { spec: { minAvailable: 2 } });
  await person.patch(edit(MESH_CONFIG, 'kubectl-edit'), 'merge', {
    data: { mesh: `${await meshText(person)}\naccessLogFile: /dev/stderr\n` },
  });
  await person.patch(`${AUTOSCALER}?fieldManager=hand&force=true`, 'apply', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'istiod', namespace: MESH },
    spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 60 } } },
  });
}

function envPatch(env: readonly object[]): object {
  return { spec: { template: { spec: { containers: [{ name: 'discovery', env }] } } } };
}

async function meshText(person: ApiClient): Promise<string> {
  const { data } = await person.get<{ data: { mesh: string } }>(MESH_CONFIG);
  return data.mesh.trimEnd();
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
}

/** The variables of istiod. */
export async function environment(
  person: ApiClient,
): Promise<Readonly<Record<string, string | undefined>>> {
  const { spec } = await person.get<{
    readonly spec: { readonly template: { readonly spec: { readonly containers: Container[] } } };
  }>(ISTIOD);
  const [discovery] = spec.template.spec.containers;
  return Object.fromEntries((discovery?.env ?? []).map(({ name, value }) => [name, value]));
}

export async function setVariable(person: ApiClient, name: string, value: string): Promise<void> {
  const path = `${ISTIOD}?fieldManager=kubectl-edit`;
  await person.patch(path, 'strategic', envPatch([{ name, value }]));
}
