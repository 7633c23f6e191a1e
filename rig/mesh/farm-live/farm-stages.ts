import { readManifests, type Manifest } from '../../kubernetes/manifest.ts';
import { STARTING_MESH } from '../starting-mesh.ts';
import { FAILS_BY, READY_AFTER, type FailsBy } from './farm-objects.ts';

const STAGES = new URL('../../kubernetes/stages/', import.meta.url);
const STARTING = { STARTING_VERSION: STARTING_MESH.version };

/** What KWOK does with the slow pods of a farm and with those that fail, by their annotations. */
export async function buildFarmStages(): Promise<readonly Manifest[]> {
  const [pods, crashes, unready, unpulled] = await Promise.all([
    readManifests(new URL('pods.yaml', STAGES)),
    readManifests(new URL('trouble-new-proxy-crashes.yaml', STAGES), STARTING),
    readFailing('never-ready', '{running: {startedAt: {{ $now | Quote }}}}'),
    readFailing(
      'image-pull',
      '{waiting: {reason: ImagePullBackOff, message: Back-off pulling image}}',
    ),
  ]);
  return [
    slowed(onlyWhere(READY_AFTER, undefined, named('pod-ready', pods))),
    onlyWhere(FAILS_BY, 'crash', { ...named('trouble-new-proxy-crashes', crashes) }),
    ...unready,
    ...unpulled,
  ].map((stage) => ({ ...stage, metadata: { name: farmName(stage) } }));
}

/** A pod that is marked so is not ready with a newer proxy, its application in that state of a container status. */
async function readFailing(failsBy: FailsBy, appState: string): Promise<readonly Manifest[]> {
  return readManifests(new URL('farm-new-pod-fails.yaml', STAGES), {
    ...STARTING,
    NAME: `farm-new-proxy-${failsBy}`,
    FAILS_BY: failsBy,
    APP_STATE: appState,
  });
}

interface StageSpec {
  readonly selector: { readonly matchExpressions: readonly unknown[] };
}

function named(name: string, stages: readonly Manifest[]): Manifest {
  const found = stages.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`the stage ${name} is missing from the rig's stages`);
  return found;
}

function farmName({ metadata }: Manifest): string {
  return `farm-${metadata.name.replace(/^(trouble|farm)-/, '')}`;
}

function onlyWhere(annotation: string, value: string | undefined, stage: Manifest): Manifest {
  const spec = stage['spec'] as StageSpec;
  const key = `.metadata.annotations["${annotation}"]`;
  const condition =
    value === undefined ? { key, operator: 'Exists' } : { key, operator: 'In', values: [value] };
  const matchExpressions = [...spec.selector.matchExpressions, condition];
  return { ...stage, spec: { ...spec, selector: { matchExpressions } } };
}

/** Outweighs the stage that it comes from, and takes as long as the pod says. */
function slowed(stage: Manifest): Manifest {
  const expressionFrom = `.metadata.annotations["${READY_AFTER}"]`;
  const delay = { durationMilliseconds: 5_000, durationFrom: { expressionFrom } };
  return { ...stage, spec: { ...(stage['spec'] as StageSpec), weight: 1, delay } };
}
