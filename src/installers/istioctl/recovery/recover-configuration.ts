import {
  formatRef,
  refOf,
  type JsonObject,
  type KubernetesObject,
} from '../../../domain/kubernetes-object.ts';
import type { RecoveredConfiguration, RecoverRequest } from '../../installer.ts';
import { generateManifest } from '../generate.ts';
import type { IstioctlTools } from '../istioctl.ts';
import { isJsonObject, textAt } from '../json.ts';
import { asComponentSettings } from './component-settings.ts';
import {
  asInstalled,
  deploymentAsInstalled,
  revisionObjects,
  type RevisionObjects,
} from './live-objects.ts';
import { foreignFields } from './managed-fields.ts';
import { deploymentValues } from './pilot-deployment.ts';
import { scalingValues, type ScalingFacts } from './pilot-scaling.ts';
import { combineParts, type RecoveredPart } from './recovered-part.ts';
import { serviceAccountValues, serviceValues } from './service-values.ts';
import { RECOVERY_SOURCES } from '../recovery-sources.ts';
import {
  injectorValues,
  meshConfig,
  recordedValues,
  UnreadableConfigurationError,
} from './values.ts';

const OWNING_RESOURCE = 'install.operator.istio.io/owning-resource';

/**
 * Reads back what a running revision was configured with. Needs the running version's own binary:
 * what that version has by itself is not configuration, and must not be pinned in the next one.
 * Overlays and excluded CRDs leave no record; `compareWithLive` of a re-render shows their effect.
 */
export async function recoverConfiguration(
  tools: IstioctlTools,
  request: RecoverRequest,
  signal: AbortSignal,
): Promise<RecoveredConfiguration> {
  const { version, revision, meshNamespace } = request;
  const render = async (spec: JsonObject): Promise<RevisionObjects> => {
    const document = { version, revision, meshNamespace, spec, component: 'Pilot' as const };
    const { objects } = await generateManifest(tools, document, signal);
    return revisionObjects(objects, request);
  };
  const live = revisionObjects(request.live, request);
  const deployment = required(live, 'Deployment', 'istiod', request);
  const values = configuredValues(live, await render({}), request);
  const rest = unexplained(live, await render(values.spec), request);
  const { spec, unknowns } = combineParts([values, rest]);
  const ownerName = textAt(deployment, ['metadata', 'labels', OWNING_RESOURCE]);
  return {
    spec,
    source: isRecorded(live) ? 'recorded' : 'reconstructed',
    // The chart writes `unknown` when there is none.
    ...(ownerName === undefined || ownerName === 'unknown' ? {} : { ownerName }),
    unknowns: [...unknowns, ...handEdits(live)],
  };
}

function isRecorded(live: RevisionObjects): boolean {
  return textAt(live.find('ConfigMap', 'values'), ['data', 'original-values']) !== undefined;
}

function configuredValues(
  live: RevisionObjects,
  untouched: RevisionObjects,
  request: RecoverRequest,
): RecoveredPart {
  if (isRecorded(live)) {
    return recordedValues(
      required(live, 'ConfigMap', 'values', request),
      required(untouched, 'ConfigMap', 'values', request),
    );
  }
  return injectorValues(
    required(live, 'ConfigMap', 'istio-sidecar-injector', request),
    required(untouched, 'ConfigMap', 'istio-sidecar-injector', request),
  );
}

/** What is in the live objects although a render from the values alone does not have it. */
function unexplained(
  live: RevisionObjects,
  rendered: RevisionObjects,
  request: RecoverRequest,
): RecoveredPart {
  const deployment = required(live, 'Deployment', 'istiod', request);
  const renderedDeployment = required(rendered, 'Deployment', 'istiod', request);
  const pair = (kind: string): [JsonObject, JsonObject] => {
    const [found, expected] = [live.find(kind, 'istiod'), rendered.find(kind, 'istiod')];
    return found === undefined ? [{}, {}] : [jsonOf(asInstalled(found)), jsonOf(expected)];
  };
  const objects = combineParts([
    deploymentValues(deploymentAsInstalled(deployment), jsonOf(renderedDeployment)),
    scalingValues(scalingFacts(live), scalingFacts(rendered)),
    serviceValues(...pair('Service')),
    serviceAccountValues(...pair('ServiceAccount')),
  ]);
  if (isRecorded(live)) return asComponentSettings(objects);
  const mesh = meshConfig(
    required(live, 'ConfigMap', 'istio', request),
    required(rendered, 'ConfigMap', 'istio', request),
  );
  return combineParts([mesh, objects]);
}

/** Replicas and bounds are taken as they are: whoever scaled istiod had a reason that still holds. */
function scalingFacts(objects: RevisionObjects): ScalingFacts {
  const fact = (kind: string): JsonObject | undefined => {
    const object = objects.find(kind, 'istiod');
    return object === undefined ? undefined : jsonOf(object);
  };
  return {
    deployment: fact('Deployment'),
    autoscaler: fact('HorizontalPodAutoscaler'),
    disruptionBudget: fact('PodDisruptionBudget'),
  };
}

/** A ConfigMap's key is one text, so it is carried over whole; single fields elsewhere are not. */
function handEdits(live: RevisionObjects): string[] {
  return RECOVERY_SOURCES.flatMap(({ kind, baseName }) => {
    const object = live.find(kind, baseName);
    if (object === undefined) return [];
    const fate = kind === 'ConfigMap' ? 'carried over as it stands' : 'not carried over';
    return foreignFields(object).map(
      ({ manager, path }) => `${formatRef(refOf(object))}: ${path} was set by ${manager}; ${fate}`,
    );
  });
}

function required(
  objects: RevisionObjects,
  kind: string,
  baseName: string,
  { revision, meshNamespace }: RecoverRequest,
): KubernetesObject {
  const object = objects.find(kind, baseName);
  if (object !== undefined) return object;
  throw new UnreadableConfigurationError(
    `${kind} "${baseName}" of revision "${revision}" was expected in namespace ${meshNamespace} and is not there. Check that this revision was installed with istioctl, and restore the object.`,
  );
}

/** The same object, seen as plain JSON. */
function jsonOf(object: unknown): JsonObject {
  return isJsonObject(object) ? object : {};
}
