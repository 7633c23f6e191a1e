import { UNREADABLE_OWNER } from '../../../../src/domain/mesh/observed-mesh.ts';
import type { ControlPlaneDetail } from '../../../../src/domain/inventory/control-plane-detail.ts';
import { controlPlaneDetail } from '../../../support/sample-inventory.ts';
import {
  controlPlane,
  controlPlaneWithoutVersion,
  facts,
  sampleMesh,
  upgradedMesh,
  workload,
} from '../../../support/sample-mesh.ts';
import { without } from '../../../support/without.ts';
import { found, inPlace, type RuleCase } from '../rule-case.ts';

const ISTIOD = 'Deployment istio-system/istiod-1-25-1';
const OWNER = {
  runId: 'run-of-others',
  workflowId: 'mesh/demo',
  temporalNamespace: 'default',
  since: '2026-11-21T10:00:00.000Z',
};

function withPlanes(...controlPlanes: ReturnType<typeof controlPlane>[]) {
  return facts({ mesh: sampleMesh({ controlPlanes }) });
}

function withDetail(changes: Partial<ControlPlaneDetail>) {
  return found({ controlPlanes: [controlPlaneDetail(controlPlane(), changes)] });
}

/** The old control plane and the target's beside it; `changes` are of the second. */
function twoRevisions(changes: Partial<ControlPlaneDetail>) {
  const [old, young] = [controlPlane(), controlPlane({ revision: '1-26-1' })];
  const second = controlPlaneDetail(young, changes);
  return found(
    { controlPlanes: [controlPlaneDetail(old), second] },
    { controlPlanes: [old, young] },
  );
}

/** The control plane that is there, and who may touch it. */
export const CONTROL_PLANE_CASES: readonly RuleCase[] = [
  {
    code: 'MeshNotFound',
    policy: 'refuses a namespace in which no control plane runs',
    given: facts({
      mesh: sampleMesh({ controlPlanes: [], tags: [], namespaces: [], workloads: [] }),
    }),
    expected: [['blocking', 'namespace istio-system']],
    also: ['ValidatorPointsNowhere'],
    nearMiss: { what: 'one in which one runs', given: facts() },
  },
  {
    code: 'UnsupportedInstallation',
    policy: 'refuses a control plane that Helm installed',
    given: withPlanes(controlPlane({ installer: 'helm' })),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'one that istioctl installed', given: withPlanes(controlPlane()) },
  },
  {
    code: 'UnsupportedInstallation',
    policy: 'refuses a control plane whose installer cannot be told',
    given: withPlanes(controlPlane({ installer: 'unknown' })),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'one that istioctl installed', given: withPlanes(controlPlane()) },
  },
  {
    code: 'UnsupportedInstallation',
    policy: 'refuses a control plane that an operator keeps, whatever labels istioctl left',
    given: withDetail({ installer: 'sail' }),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'one that nobody else keeps', given: withDetail({ installer: 'istioctl' }) },
  },
  {
    code: 'UnsupportedInstallation',
    policy: 'refuses a canary of a control plane without a revision',
    given: facts({
      mesh: sampleMesh({
        controlPlanes: [
          controlPlane({ revision: 'default', version: '1.25.1', deployment: 'istiod' }),
        ],
        tags: [],
        namespaces: [],
        workloads: [],
        defaultValidatorRevision: 'default',
      }),
    }),
    expected: [['blocking', 'Deployment istio-system/istiod']],
    nearMiss: {
      what: 'its upgrade in place',
      given: inPlace(
        facts({
          mesh: sampleMesh({
            controlPlanes: [
              controlPlane({ revision: 'default', version: '1.25.1', deployment: 'istiod' }),
            ],
          }),
        }),
      ),
    },
  },
  {
    code: 'UnsupportedInstallation',
    policy: 'refuses a control plane whose image tag is not a version',
    given: withPlanes(controlPlaneWithoutVersion()),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'a released version', given: withPlanes(controlPlane()) },
  },
  {
    code: 'MixedControlPlanes',
    policy: 'refuses two control planes to upgrade from',
    given: withPlanes(controlPlane({ revision: '1-24-3' }), controlPlane()),
    expected: [['blocking', 'namespace istio-system']],
    nearMiss: { what: 'one', given: facts() },
  },
  {
    code: 'MixedControlPlanes',
    policy: 'refuses two control planes where one is to be upgraded in place',
    given: inPlace(withPlanes(controlPlane({ revision: '1-24-3' }), controlPlane())),
    expected: [['blocking', 'namespace istio-system']],
    also: ['MinorSkipTooFar'],
    nearMiss: { what: 'one', given: inPlace(facts()) },
  },
  {
    code: 'TargetRevisionPresent',
    policy: 'refuses a target revision that stands beside the running one already',
    given: withPlanes(controlPlane(), controlPlane({ revision: '1-26-1' })),
    expected: [['blocking', 'Deployment istio-system/istiod-1-26-1']],
    also: [],
    nearMiss: { what: 'the revision itself in place', given: inPlace(facts()) },
  },
  {
    code: 'TargetAlreadyInstalled',
    policy: 'refuses a mesh that has only the target, with proxies left behind elsewhere',
    given: facts({
      mesh: { ...upgradedMesh(), workloads: [workload({ podsByRevision: { '1-25-1': 2 } })] },
    }),
    expected: [['blocking', 'Deployment istio-system/istiod-1-26-1']],
    also: ['ProxyOfUnknownRevision'],
    nearMiss: { what: 'the revision itself in place', given: inPlace(facts()) },
  },
  {
    code: 'MeshBusy',
    policy: 'refuses a mesh that another run holds',
    given: facts({ mesh: sampleMesh({ owner: OWNER }) }),
    expected: [['blocking', 'ConfigMap istio-system/meshlift-owner']],
    nearMiss: {
      what: 'one that this very run holds',
      given: facts({ mesh: sampleMesh({ owner: OWNER }), runId: OWNER.runId }),
    },
  },
  {
    code: 'MeshBusy',
    policy: 'refuses a mesh whose holder is not the one that may be taken over',
    given: facts({ mesh: sampleMesh({ owner: OWNER }), takeOver: 'another-run' }),
    expected: [['blocking', 'ConfigMap istio-system/meshlift-owner']],
    nearMiss: {
      what: 'one whose dead holder is named',
      given: facts({ mesh: sampleMesh({ owner: OWNER }), takeOver: OWNER.runId }),
    },
  },
  {
    code: 'MeshBusy',
    policy: 'refuses a mesh whose lock cannot be read',
    given: facts({ mesh: sampleMesh({ owner: { ...OWNER, runId: UNREADABLE_OWNER } }) }),
    expected: [['blocking', 'ConfigMap istio-system/meshlift-owner']],
    nearMiss: { what: 'one without a lock', given: facts({ mesh: sampleMesh() }) },
  },
  {
    code: 'ControlPlaneRollingOut',
    policy: 'asks about a control plane that is rolling out',
    given: withDetail({ isRollingOut: true }),
    expected: [['overridable', ISTIOD]],
    nearMiss: { what: 'one that has settled', given: withDetail({ isRollingOut: false }) },
  },
  {
    code: 'ControlPlaneNotRedundant',
    policy: 'tells of a single replica of istiod before a canary',
    given: withPlanes(controlPlane({ replicas: 1, readyReplicas: 1 })),
    expected: [['info', ISTIOD]],
    nearMiss: { what: 'two of them', given: withPlanes(controlPlane({ replicas: 2 })) },
  },
  {
    code: 'ControlPlaneNotRedundant',
    policy: 'asks about a single replica of istiod before an upgrade in place',
    given: inPlace(withPlanes(controlPlane({ replicas: 1, readyReplicas: 1 }))),
    expected: [['overridable', ISTIOD]],
    nearMiss: { what: 'two of them', given: inPlace(withPlanes(controlPlane({ replicas: 2 }))) },
  },
  {
    code: 'ControlPlaneNotRedundant',
    policy: 'asks in place about an autoscaler that may go down to one istiod',
    given: inPlace(withDetail({ autoscaler: { name: 'istiod', min: 1, max: 5 } })),
    expected: [['overridable', ISTIOD]],
    nearMiss: {
      what: 'one that keeps two',
      given: inPlace(withDetail({ autoscaler: { name: 'istiod', min: 2, max: 5 } })),
    },
  },
  {
    code: 'BudgetAllowsNoDisruption',
    policy: 'tells before a canary that the budget of istiod allows nothing',
    given: withDetail({ budget: { name: 'istiod', disruptionsAllowed: 0 } }),
    expected: [['info', 'PodDisruptionBudget istio-system/istiod']],
    nearMiss: {
      what: 'one that allows one',
      given: withDetail({ budget: { name: 'istiod', disruptionsAllowed: 1 } }),
    },
  },
  {
    code: 'BudgetAllowsNoDisruption',
    policy: 'asks in place about a budget of istiod that allows nothing',
    given: inPlace(withDetail({ budget: { name: 'istiod', disruptionsAllowed: 0 } })),
    expected: [['overridable', 'PodDisruptionBudget istio-system/istiod']],
    nearMiss: { what: 'none at all', given: inPlace(found({ controlPlanes: [noBudget()] })) },
  },
  {
    code: 'MeshConfigDiffers',
    policy: 'asks about two revisions with different mesh configurations',
    given: twoRevisions({
      meshConfig: { configMap: 'istio-1-26-1', digest: 'sha256:other', text: 'trustDomain: x\n' },
    }),
    expected: [['overridable', 'ConfigMap istio-system/istio-1-26-1']],
    says: '4 lines that only one of them has, such as "accessLogFile: /dev/stdout"',
    also: ['TargetRevisionPresent'],
    nearMiss: { what: 'two of which each has its own address in it', given: twoRevisions({}) },
  },
  {
    code: 'MeshConfigDiffers',
    policy: 'asks about two revisions of which one has no mesh configuration',
    given: found(
      {
        controlPlanes: [
          controlPlaneDetail(controlPlane()),
          without(controlPlaneDetail(controlPlane({ revision: '1-26-1' })), 'meshConfig'),
        ],
      },
      { controlPlanes: [controlPlane(), controlPlane({ revision: '1-26-1' })] },
    ),
    expected: [['overridable', 'ConfigMap istio-system/istio-1-25-1']],
    says: 'none for 1-26-1',
    also: ['TargetRevisionPresent'],
    nearMiss: { what: 'one revision alone', given: facts() },
  },
  {
    code: 'AutoscalersDiffer',
    policy: 'asks about two revisions of which one scales otherwise',
    given: twoRevisions({ autoscaler: { name: 'istiod-1-26-1', min: 1, max: 3 } }),
    expected: [['overridable', 'HorizontalPodAutoscaler istio-system/istiod-1-26-1']],
    also: ['TargetRevisionPresent'],
    nearMiss: { what: 'two without autoscalers', given: twoRevisions({}) },
  },
  {
    code: 'CaRootsDiffer',
    policy: 'refuses two control planes with different roots',
    given: twoRevisions({ rootDigest: 'sha256:0ther' }),
    expected: [['blocking', 'namespace istio-system']],
    also: ['TargetRevisionPresent'],
    nearMiss: { what: 'two with one root', given: twoRevisions({}) },
  },
  {
    code: 'MeshManagedElsewhere',
    policy: 'refuses a mesh that an operator keeps',
    given: found({
      operators: [{ who: 'Sail Operator', subject: 'Istio default', evidence: 'an Istio object' }],
    }),
    expected: [['blocking', 'Istio default']],
    nearMiss: { what: 'one that nobody else keeps', given: found({ operators: [] }) },
  },
  {
    code: 'MeshManagedElsewhere',
    policy: 'asks about a mesh that Git keeps',
    given: found({
      operators: [{ who: 'Argo CD', subject: ISTIOD, evidence: 'label x=y' }],
    }),
    expected: [['overridable', ISTIOD]],
    nearMiss: {
      what: 'a Helm release, which changes nothing by itself: that is told',
      given: found({ operators: [{ who: 'Helm', subject: ISTIOD, evidence: 'annotation x=y' }] }),
      expected: [['info', ISTIOD]],
    },
  },
  {
    code: 'MeshManagedElsewhere',
    policy: 'asks once about a Deployment whose marks are known by two ways',
    given: found({
      operators: [{ who: 'Flux', subject: ISTIOD, evidence: 'label x=y' }],
      controlPlanes: [controlPlaneDetail(controlPlane(), { managers: ['Flux: label x=y'] })],
    }),
    expected: [['overridable', ISTIOD]],
    nearMiss: { what: 'a Deployment without marks', given: withDetail({ managers: [] }) },
  },
  {
    code: 'MeshManagedElsewhere',
    policy: 'asks about the marks on a control plane alone',
    given: withDetail({ managers: ['Argo CD: label x=y'] }),
    expected: [['overridable', ISTIOD]],
    nearMiss: { what: 'a Deployment without marks', given: withDetail({ managers: [] }) },
  },
];

function noBudget(): ControlPlaneDetail {
  return without(controlPlaneDetail(controlPlane()), 'budget');
}
