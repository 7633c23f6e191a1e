import { buildInstallArgs, buildTagArgs } from '../../../../rig/mesh/istioctl.ts';
import { buildNamespace, buildWorkloads } from '../../../../rig/mesh/samples/manifests.ts';
import type { SampleNamespace } from '../../../../rig/mesh/samples/workloads.ts';
import { UNREVISIONED } from '../../../../rig/mesh/starting-mesh.ts';
import type { Bench } from '../../../e2e/support/bench.ts';
import { run } from '../../../e2e/support/commands.ts';
import { eventually } from '../../../e2e/support/eventually.ts';
import { calmState } from '../../../e2e/support/mesh.ts';
import { list, revisionOf, type Projection } from '../../../e2e/support/projection.ts';

export interface SmallMesh {
  readonly version: string;
  /** Of the control plane, such as `1-25-1`; `default` where it was installed without one. */
  readonly revision: string;
}

/** One namespace and three workloads, so that one run takes seconds; its owner let Istio choose. */
export const SMALL_NAMESPACE: SampleNamespace = {
  name: 'store',
  labels: { 'istio-injection': 'enabled' },
  workloads: [
    { name: 'front', kind: 'Deployment', replicas: 2, budget: { minAvailable: 1 } },
    { name: 'orders', kind: 'Deployment', replicas: 2 },
    { name: 'stock', kind: 'StatefulSet', replicas: 2 },
  ],
};

const TAGS = ['prod-stable', 'default'] as const;
const PEOPLE = 'kubectl';

/** Installs a mesh of that version on a bare rig, as people would; resolves with its calm state. */
export async function installSmallMesh(bench: Bench, mesh: SmallMesh): Promise<Projection> {
  await applyAll(bench, [buildNamespace(SMALL_NAMESPACE)]);
  await istioctl(bench, mesh.version, buildInstallArgs(mesh.revision));
  const tags = mesh.revision === UNREVISIONED ? [] : TAGS;
  for (const tag of tags) await istioctl(bench, mesh.version, buildTagArgs(tag, mesh.revision));
  const { name } = SMALL_NAMESPACE;
  await eventually(
    () => bench.kubernetes.find(`/api/v1/namespaces/${name}/serviceaccounts/default`),
    { what: `namespace ${name} takes pods` },
  );
  await applyAll(bench, buildWorkloads(SMALL_NAMESPACE));
  const pods = SMALL_NAMESPACE.workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  await eventually(async () => (await revisions(bench)).length === pods, {
    what: `${pods} pods in namespace ${name}`,
  });
  return calmState(bench);
}

/** The revision of each pod's proxy. */
export async function revisions(bench: Bench): Promise<readonly (string | undefined)[]> {
  const pods = await list(
    bench.kubernetes,
    `/api/v1/namespaces/${SMALL_NAMESPACE.name}/pods?labelSelector=app`,
  );
  return pods.map(revisionOf);
}

/** Every version that a control plane or a proxy runs, each once. */
export async function versionsOf(bench: Bench): Promise<readonly string[]> {
  const pods = await list(bench.kubernetes, '/api/v1/pods');
  const images = JSON.stringify(pods).matchAll(/istio\/(?:pilot|proxyv2):([\d.]+)/g);
  return [...new Set([...images].map(([, version = '']) => version))].toSorted();
}

async function applyAll(
  { person }: Bench,
  manifests: readonly Parameters<Bench['person']['apply']>[0][],
): Promise<void> {
  await Promise.all(manifests.map((manifest) => person.apply(manifest, { manager: PEOPLE })));
}

async function istioctl(bench: Bench, version: string, args: readonly string[]): Promise<void> {
  const kubeconfig = ['--kubeconfig', bench.endpoints.kubeconfigs.rig];
  const { code, stderr } = await run(bench, `istioctl-${version}`, [...kubeconfig, ...args]);
  if (code !== 0) throw new Error(`istioctl ${args.join(' ')} exited with ${code}: ${stderr}`);
}
