import type { Finding } from '../../finding.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** There must be a control plane where the configuration says that the mesh is. */
export const meshPresentRule: Rule = {
  documents: [
    {
      code: 'MeshNotFound',
      severity: 'blocking',
      meaning: 'no istiod was found in the namespace that the configuration names.',
      remedy: 'set `meshNamespace` of this cluster in `meshlift.yaml` to where istiod runs.',
    },
  ],
  check: checkMeshPresent,
};

function checkMeshPresent({ mesh }: PreflightFacts): readonly Finding[] {
  if (mesh.controlPlanes.length > 0) return [];
  const where = `namespace ${mesh.meshNamespace}`;
  return [
    {
      code: 'MeshNotFound',
      severity: 'blocking',
      subject: where,
      message: `expected an istiod Deployment (label app=istiod) in ${where}, found none`,
      remedy: 'set meshNamespace of this cluster in meshlift.yaml to where istiod runs',
    },
  ];
}
