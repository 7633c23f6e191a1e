import type { WorkloadDetail } from '../inventory/workload-detail.ts';

interface Restarted {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The annotation as a JSON pointer has it. */
const PINNED_IMAGE_PATH = '/spec/template/metadata/annotations/sidecar.istio.io~1proxyImage';

/** What makes a workload one that a restart brings a new proxy to, as a command where there is one. */
export function remedyFor(workload: Restarted, detail: WorkloadDetail | undefined): string {
  const object = `${workload.kind.toLowerCase()} ${workload.name}`;
  const kubectl = `kubectl -n ${workload.namespace}`;
  if (detail?.manualProxyImage !== undefined) {
    return detail.isGateway
      ? `take it out of the mesh's install and run it as an injected gateway, then remove it: ${kubectl} get ${object} -o yaml`
      : `give its original manifest, without a proxy, in clusters.NAME.manualInjection.manifests of meshlift.yaml; or remove container istio-proxy from its pod template and let the webhook inject it: ${kubectl} edit ${object}`;
  }
  if (detail?.pinnedProxyImage !== undefined) {
    return `${kubectl} patch ${object} --type json -p '[{"op":"remove","path":"${PINNED_IMAGE_PATH}"}]'`;
  }
  return `change that (${kubectl} get ${object} -o yaml), or take the workload out of the mesh`;
}
