import type { Finding } from '../../finding.ts';
import type { ControlPlaneDetail } from '../../inventory/control-plane-detail.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** A new revision does not inherit the mesh configuration of the old one. */
export const meshConfigRule: Rule = {
  documents: [
    {
      code: 'MeshConfigDiffers',
      severity: 'overridable',
      meaning:
        'the control planes have different mesh configurations (ConfigMap `istio` or `istio-REVISION`): a workload that moves from one to the other behaves differently.',
      remedy: 'make them equal, or accept the difference.',
    },
  ],
  check: checkMeshConfig,
};

function checkMeshConfig({ mesh, inventory }: PreflightFacts): readonly Finding[] {
  const [first, ...others] = inventory.controlPlanes;
  if (first === undefined) return [];
  return others
    .filter((other) => comparable(other) !== comparable(first))
    .map((other) => ({
      code: 'MeshConfigDiffers',
      severity: 'overridable',
      subject: `ConfigMap ${mesh.meshNamespace}/${other.meshConfig?.configMap ?? first.meshConfig?.configMap ?? 'istio'}`,
      message: `expected revisions ${first.revision} and ${other.revision} to have one mesh configuration, found ${differenceOf(first, other)}`,
      remedy: `diff <(${showOf(first, mesh.meshNamespace)}) <(${showOf(other, mesh.meshNamespace)})`,
    }));
}

/**
 * The text without what is each revision's own: every chart writes the address of its istiod
 * (`defaultConfig.discoveryAddress: istiod-REVISION.…`).
 */
function comparable({ revision, meshConfig }: ControlPlaneDetail): string | undefined {
  return meshConfig?.text.replaceAll(`istiod-${revision}.`, 'istiod.');
}

function differenceOf(first: ControlPlaneDetail, second: ControlPlaneDetail): string {
  if (first.meshConfig === undefined || second.meshConfig === undefined) {
    return `none for ${first.meshConfig === undefined ? first.revision : second.revision}`;
  }
  const [lines, otherLines] = [linesOf(comparable(first)), linesOf(comparable(second))];
  const unlike = [
    ...lines.filter((line) => !otherLines.includes(line)),
    ...otherLines.filter((line) => !lines.includes(line)),
  ];
  return unlike.length === 0
    ? 'the same lines in another order'
    : `${unlike.length} lines that only one of them has, such as ${JSON.stringify((unlike[0] ?? '').trim().slice(0, 100))}`;
}

function linesOf(text = ''): readonly string[] {
  return text.split('\n');
}

function showOf({ meshConfig }: ControlPlaneDetail, namespace: string): string {
  return `kubectl -n ${namespace} get configmap ${meshConfig?.configMap ?? 'istio'} -o jsonpath={.data.mesh}`;
}
