import { compareText, formatRef, refOf, type KubernetesObject } from '../kubernetes-object.ts';
import type { OperatorMark } from './control-plane-detail.ts';
import { managerMarks } from './manager-marks.ts';

/** API groups of custom resources by which somebody else keeps a mesh. */
const OPERATOR_GROUPS: Readonly<Record<string, string>> = {
  'sailoperator.io': 'Sail Operator',
  'install.istio.io': 'IstioOperator controller',
  'mesh.cloud.google.com': 'Google Cloud Service Mesh',
};

/** Who else keeps this mesh: by marks on its objects, and by custom resources that ask for a mesh. */
export function interpretOperators(
  meshObjects: readonly KubernetesObject[],
  customResources: readonly KubernetesObject[],
): OperatorMark[] {
  const marks = meshObjects.flatMap((object) =>
    managerMarks(object.metadata).map(({ who, evidence }) => ({
      who,
      subject: formatRef(refOf(object)),
      evidence,
    })),
  );
  const asked = customResources.flatMap((object): OperatorMark[] => {
    const [group = ''] = object.apiVersion.split('/');
    const who = Object.hasOwn(OPERATOR_GROUPS, group) ? OPERATOR_GROUPS[group] : undefined;
    if (who === undefined) return [];
    return [{ who, subject: formatRef(refOf(object)), evidence: `${object.kind} of ${group}` }];
  });
  return [...marks, ...asked].toSorted(
    (a, b) => compareText(a.who, b.who) || compareText(a.subject, b.subject),
  );
}
