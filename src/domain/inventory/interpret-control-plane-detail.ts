import type { KubernetesObject } from '../kubernetes-object.ts';
import type { ControlPlane } from '../mesh/observed-mesh.ts';
import { compareIstioVersions, parseIstioVersion } from '../version/istio-version.ts';
import type { AutoscalerFacts, BudgetFacts } from './capacity.ts';
import type { ControlPlaneDetail } from './control-plane-detail.ts';
import type { Known } from './known.ts';
import { managersOf } from './manager-marks.ts';
import { matchesSelector } from './match-selector.ts';
import { owningInstaller } from './owning-installer.ts';
import { requestsOf, type PodTemplateShape } from './pod-spec.ts';

/** ConfigMaps of one revision; absent means that there is none. */
export interface RevisionConfigMaps {
  readonly revision: string;
  /** `istio[-rev]`. */
  readonly mesh: Known<KubernetesObject | undefined>;
  /** `values[-rev]`. */
  readonly values: Known<KubernetesObject | undefined>;
}

export interface ControlPlaneSources {
  /** Deployment of istiod. */
  readonly deployment: KubernetesObject;
  readonly plane: ControlPlane;
  readonly configMaps: RevisionConfigMaps;
  readonly autoscalers: Known<readonly AutoscalerFacts[]>;
  readonly budgets: Known<readonly BudgetFacts[]>;
  /** Of the root that its own injector's webhooks trust. */
  readonly rootDigest?: string;
  readonly digest: (text: string) => string;
}

interface DeploymentShape {
  readonly spec?: { readonly replicas?: number; readonly template?: PodTemplateShape };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

/** Reads what there is of one control plane. */
export function interpretControlPlaneDetail(sources: ControlPlaneSources): ControlPlaneDetail {
  const { deployment, plane, configMaps, rootDigest } = sources;
  const { spec } = deployment as KubernetesObject & DeploymentShape;
  const discovery = spec?.template?.spec?.containers?.find(({ name }) => name === 'discovery');
  return {
    revision: plane.revision,
    installer: owningInstaller(deployment, discovery?.image ?? ''),
    image: discovery?.image ?? '',
    requests: requestsOf(spec?.template?.spec),
    ...autoscalerOf(sources),
    ...budgetOf(sources),
    isRollingOut: isRollingOut(deployment),
    ...meshConfigOf(sources),
    values: valuesOf(configMaps.values, plane),
    ...(rootDigest === undefined ? {} : { rootDigest }),
    managers: managersOf(deployment.metadata),
  };
}

function autoscalerOf({
  deployment: { metadata },
  autoscalers,
}: ControlPlaneSources): Pick<ControlPlaneDetail, 'autoscaler'> {
  if (autoscalers.kind === 'unknown') return {};
  const found = autoscalers.value.find(
    ({ namespace, target }) =>
      namespace === metadata.namespace &&
      target.kind === 'Deployment' &&
      target.name === metadata.name,
  );
  if (found === undefined) return {};
  return { autoscaler: { name: found.name, min: found.min, max: found.max } };
}

function budgetOf({
  deployment,
  budgets,
}: ControlPlaneSources): Pick<ControlPlaneDetail, 'budget'> {
  if (budgets.kind === 'unknown') return {};
  const { spec } = deployment as KubernetesObject & DeploymentShape;
  const labels = spec?.template?.metadata?.labels ?? {};
  const found = budgets.value.find(
    ({ namespace, selector }) =>
      namespace === deployment.metadata.namespace && matchesSelector(selector, labels),
  );
  if (found === undefined) return {};
  return { budget: { name: found.name, disruptionsAllowed: found.disruptionsAllowed } };
}

/** Whether the Deployment is on its way from one state to another, or stuck on it. */
function isRollingOut(deployment: KubernetesObject): boolean {
  const { spec, status } = deployment as KubernetesObject & DeploymentShape;
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0) ||
    (status?.updatedReplicas ?? 0) !== wanted ||
    (status?.replicas ?? 0) !== wanted ||
    (status?.availableReplicas ?? 0) < wanted
  );
}

function meshConfigOf({
  configMaps: { mesh },
  digest,
}: ControlPlaneSources): Pick<ControlPlaneDetail, 'meshConfig'> {
  const found = mesh.kind === 'known' ? mesh.value : undefined;
  const text = dataOf(found)['mesh'];
  if (found === undefined || text === undefined) return {};
  return { meshConfig: { configMap: found.metadata.name, digest: digest(text), text } };
}

const VALUES_RECORDED_SINCE = '1.26.0';
/** What no object of an older installation says (installer-facts section 3). */
const NEVER_RECORDED = [
  'the name of the profile that it was installed with',
  'overlays that were laid over its objects (components.*.k8s.overlays)',
  'whether CRDs or components were left out on purpose',
];

function valuesOf(
  values: RevisionConfigMaps['values'],
  { revision, version }: ControlPlane,
): ControlPlaneDetail['values'] {
  if (values.kind === 'unknown') {
    return { source: 'reconstructed', unknowns: [values.why, ...NEVER_RECORDED] };
  }
  if (dataOf(values.value)['original-values'] !== undefined) {
    return { source: 'recorded', configMap: values.value?.metadata.name ?? '' };
  }
  const parsed = parseIstioVersion(version ?? '');
  const since = parseIstioVersion(VALUES_RECORDED_SINCE);
  const shouldRecord =
    parsed !== undefined && since !== undefined && compareIstioVersions(parsed, since) >= 0;
  const missing = shouldRecord
    ? [`ConfigMap values of revision ${revision}, which ${parsed} writes: there is none`]
    : [];
  return { source: 'reconstructed', unknowns: [...missing, ...NEVER_RECORDED] };
}

function dataOf(configMap: KubernetesObject | undefined): Readonly<Record<string, string>> {
  const { data } = (configMap ?? {}) as { readonly data?: Readonly<Record<string, string>> };
  return data ?? {};
}
