import { KNOWN_VERSIONS } from '../../../../src/domain/version/known-versions.ts';
import { sampleInventory } from '../../../support/sample-inventory.ts';
import { controlPlane, facts, sampleMesh, version } from '../../../support/sample-mesh.ts';
import { inPlace, type RuleCase } from '../rule-case.ts';

const ISTIOD = 'Deployment istio-system/istiod-1-25-1';

function toTarget(text: string) {
  return facts({ target: version(text), available: [version(text)] });
}

function down(text: string) {
  return { ...toTarget(text), direction: 'down' as const };
}

function onKubernetes(kubernetesVersion: string) {
  return facts({ mesh: sampleMesh({ kubernetesVersion }) });
}

/** To a target from a control plane that is not named for its version. */
function renamed(target: string) {
  const blue = controlPlane({ revision: 'blue', version: '1.25.1' });
  const mesh = sampleMesh({
    controlPlanes: [blue],
    tags: [],
    namespaces: [],
    workloads: [],
    defaultValidatorRevision: 'blue',
  });
  return { ...toTarget(target), mesh, inventory: sampleInventory(mesh) };
}

const WITHDRAWN = KNOWN_VERSIONS.map((row) =>
  row.minor === '1.26' ? { ...row, withdrawn: [{ version: '1.26.1', why: 'it leaks' }] } : row,
);

/** In place from a control plane of that version, on a Kubernetes of ACK. */
function onAck(running: string) {
  const mesh = sampleMesh({
    kubernetesVersion: 'v1.33.1-aliyun.1',
    controlPlanes: [controlPlane({ revision: '1-25-1', version: running })],
  });
  return inPlace({ ...facts(), mesh, inventory: sampleInventory(mesh) });
}

/** Versions: what may follow what, and on which Kubernetes. */
export const VERSION_CASES: readonly RuleCase[] = [
  {
    code: 'TargetUnknown',
    policy: 'refuses a target that the installer does not have',
    given: facts({ target: version('1.26.2') }),
    expected: [['blocking', '1.26.2']],
    nearMiss: { what: 'one that it has', given: facts() },
  },
  {
    code: 'TargetUnknown',
    policy: 'refuses any target where the installer has none',
    given: facts({ available: [] }),
    expected: [['blocking', '1.26.1']],
    nearMiss: { what: 'one that it has alone', given: toTarget('1.26.1') },
  },
  {
    code: 'BelowProviderMinimum',
    policy: 'refuses a version that only the provider upgrades',
    given: onAck('1.1.3'),
    expected: [['blocking', ISTIOD]],
    also: ['FactUnknown', 'MinorSkipTooFar'],
    nearMiss: { what: 'the oldest that its users may', given: onAck('1.1.4') },
  },
  {
    code: 'TargetWithdrawn',
    policy: 'refuses a release that was withdrawn',
    given: facts({ versions: WITHDRAWN }),
    expected: [['blocking', '1.26.1']],
    nearMiss: {
      what: 'another patch of the same minor',
      given: { ...toTarget('1.26.2'), versions: WITHDRAWN },
    },
  },
  {
    code: 'DowngradeRequested',
    policy: 'refuses a lower minor as a downgrade',
    given: toTarget('1.24.9'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'a patch release', given: toTarget('1.25.2') },
  },
  {
    code: 'DowngradeRequested',
    policy: 'refuses a pre-release of the running version as a downgrade',
    given: toTarget('1.25.1-rc.1'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'a pre-release of a later version', given: toTarget('1.26.0-rc.1') },
  },
  {
    code: 'DowngradeRequested',
    policy: 'refuses a lower patch as a downgrade',
    given: toTarget('1.25.0'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'two minors ahead', given: toTarget('1.27.0') },
  },
  {
    code: 'DowngradeRequested',
    policy: 'refuses a lower patch, however the revision is called',
    given: renamed('1.25.0'),
    expected: [['blocking', 'Deployment istio-system/istiod-blue']],
    nearMiss: { what: 'the same version under another revision', given: renamed('1.25.1') },
  },
  {
    code: 'MinorSkipTooFar',
    policy: 'refuses a canary more than two minors ahead',
    given: toTarget('1.28.0'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'a canary two minors ahead', given: toTarget('1.27.0') },
  },
  {
    code: 'MinorSkipTooFar',
    policy: 'refuses an upgrade in place more than one minor ahead',
    given: inPlace(toTarget('1.27.0')),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'one minor ahead', given: inPlace(toTarget('1.26.1')) },
  },
  {
    code: 'MinorSkipTooFar',
    policy: 'refuses a target of another major version',
    given: toTarget('2.0.0'),
    expected: [['blocking', ISTIOD]],
    // Nothing is known of it, its Kubernetes least of all.
    also: ['FactUnknown'],
    nearMiss: { what: 'the next minor', given: toTarget('1.26.0') },
  },
  {
    code: 'MinorSkipTooFar',
    policy: 'refuses a downgrade by canary more than two minors below',
    given: down('1.22.8'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'two minors below', given: down('1.23.5') },
  },
  {
    code: 'MinorSkipTooFar',
    policy: 'refuses a downgrade in place more than one minor below',
    given: inPlace(down('1.23.5')),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'one minor below', given: inPlace(down('1.24.5')) },
  },
  {
    code: 'UpgradeRequested',
    policy: 'refuses a downgrade to a higher version',
    given: down('1.26.1'),
    expected: [['blocking', ISTIOD]],
    nearMiss: { what: 'a lower minor', given: down('1.24.5') },
  },
  {
    code: 'UpgradeRequested',
    policy: 'refuses a downgrade to the version that runs, under another revision',
    given: { ...renamed('1.25.1'), direction: 'down' },
    expected: [['blocking', 'Deployment istio-system/istiod-blue']],
    nearMiss: { what: 'a lower patch', given: { ...renamed('1.25.0'), direction: 'down' } },
  },
  {
    code: 'KubernetesTooOld',
    policy: 'refuses a Kubernetes that is too old for the target',
    given: onKubernetes('v1.28.9'),
    expected: [['blocking', 'demo']],
    nearMiss: { what: 'the least Kubernetes version', given: onKubernetes('v1.29.0') },
  },
  {
    code: 'KubernetesTooOld',
    policy: 'refuses a Kubernetes version that cannot be read',
    given: onKubernetes('unknown'),
    expected: [['blocking', 'demo']],
    nearMiss: { what: 'one with a vendor suffix', given: onKubernetes('v1.30.5-gke.1014001') },
  },
  {
    code: 'KubernetesUntested',
    policy: 'tells of a Kubernetes newer than the target was tested with',
    given: onKubernetes('v1.34.0'),
    expected: [['info', 'demo']],
    nearMiss: { what: 'the newest that it was tested with', given: onKubernetes('v1.33.9') },
  },
  {
    code: 'SupportStatus',
    policy: 'tells how long running version and target are supported',
    given: facts(),
    expected: [
      ['info', '1.25.1'],
      ['info', '1.26.1'],
    ],
    says: 'running version 1.25.1, found it supported until 2025-09-30',
    nearMiss: {
      what: 'a version that cannot be told: only the target',
      given: facts({ mesh: sampleMesh({ controlPlanes: [controlPlane({ version: 'latest' })] }) }),
      expected: [['info', '1.26.1']],
    },
  },
];
