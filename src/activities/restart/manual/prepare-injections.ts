import { cancellationSignal } from '@temporalio/activity';
import { digestOf } from '../../../clients/digest.ts';
import type { ClusterAccess } from '../../../clients/cluster-access.ts';
import { KubernetesError } from '../../../clients/kubernetes-error.ts';
import type { ManualInjection } from '../../../config/config.ts';
import type { Change } from '../../../domain/journal/change.ts';
import type { KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { apiVersionOf } from '../../../domain/mesh/observed-mesh.ts';
import type { UpgradePlan } from '../../../domain/planning/plan.ts';
import type { InjectTreatment } from '../../../domain/restart/manual/inject-treatment.ts';
import { readTemplate } from '../../../domain/restart/manual/pod-template.ts';
import { withMark } from '../../../domain/restart/manual/restart-mark.ts';
import type { PlannedWorkload } from '../../../domain/restart/treatment.ts';
import { parseIstioVersion } from '../../../domain/version/istio-version.ts';
import type { MeshInstaller } from '../../../installers/installer.ts';
import { replaceTemplate } from '../../changes/replace-template.ts';
import type { RunRecord } from '../../record/run-record.ts';
import { recordedObjects } from '../../release/recorded-release.ts';
import { digestTemplate } from '../digest-template.ts';
import { collectOriginals } from './collect-originals.ts';
import { injectManifests, type InjectedTemplate } from './inject-manifests.ts';
import { digestGiven, injectorConfiguration, readGiven } from './injector-configuration.ts';
import { UnreadableOriginals } from './read-originals.ts';

export type InjectChange = Extract<Change, { kind: 'inject' }>;
type InjectedWorkload = PlannedWorkload & { readonly treatment: InjectTreatment };

/** What injecting by hand needs at run time beside the cluster. */
export interface InjectionTools {
  readonly installer: Pick<MeshInstaller, 'inject'>;
  readonly given: ManualInjection | undefined;
}

export interface InjectionWork extends InjectionTools {
  readonly record: RunRecord;
  readonly plan: UpgradePlan;
  readonly workloads: readonly PlannedWorkload[];
  /** The mark of this restart. */
  readonly token: string;
}

/**
 * Renders the planned manifests again and compares everything with what the plan was bound to: what
 * is another one by now is not injected, and says why. Writes nothing. By uid; what is gone is left out.
 */
export async function prepareInjections(
  { worker }: ClusterAccess,
  work: InjectionWork,
): Promise<ReadonlyMap<string, InjectChange>> {
  const workloads = work.workloads.filter(isInjected);
  if (workloads.length === 0) return new Map();
  const templates = await renderPlanned(work, workloads);
  const changes = new Map<string, InjectChange>();
  for (const workload of workloads) {
    const { kind, namespace, name, uid, treatment } = workload;
    const ref = { apiVersion: apiVersionOf(kind), kind, namespace, name };
    const live = await worker.get(ref);
    const prior = live === undefined ? undefined : readTemplate(live);
    if (live?.metadata.uid !== uid || prior === undefined) continue;
    const rendered = templates.get(uid) ?? REFUSED;
    const refuse = (because: string): void => {
      changes.set(uid, { kind: 'inject', ref, uid, prior, applied: prior, refused: because });
    };
    if (rendered.kind === 'refused') {
      refuse(rendered.because);
    } else if (digestTemplate(live) !== treatment.live) {
      refuse(CHANGED_LIVE);
    } else {
      try {
        const marked = withMark(rendered.template, work.token);
        const applied = await replaceTemplate(worker, live, marked, { dryRun: true });
        changes.set(uid, { kind: 'inject', ref, uid, prior, applied });
      } catch (error) {
        if (!(error instanceof KubernetesError) || error.code !== 422) throw error;
        refuse(`the API server refuses the rendered manifest: ${error.message}`);
      }
    }
  }
  return changes;
}

const CHANGED_LIVE =
  'somebody changed its pod template since the plan was made, and the change would be lost: put it into the original manifest and make a new plan';
const REFUSED: InjectedTemplate = {
  kind: 'refused',
  because: 'its original manifest is not there',
};

function isInjected(workload: PlannedWorkload): workload is InjectedWorkload {
  return workload.treatment.kind === 'inject';
}

/** The template of each manifest that is still what it was, and why there is none of the others. */
async function renderPlanned(
  { installer, given, record, plan }: InjectionWork,
  workloads: readonly InjectedWorkload[],
): Promise<ReadonlyMap<string, InjectedTemplate>> {
  const { found, refused, findings } = collectOriginals(given, workloads);
  const reasons = new Map<string, InjectedTemplate>(
    [...refused].map(([uid, because]) => {
      const [why = because] = findings.map(({ message }) => message);
      return [uid, { kind: 'refused', because: why }];
    }),
  );
  if (given === undefined || found.length === 0) return reasons;
  try {
    const texts = readGiven(given);
    const files = digestGiven(texts);
    const treatments = new Map(workloads.map(({ uid, treatment }) => [uid, treatment]));
    const same = found.filter(({ workload: { uid }, manifest, file }) => {
      const treatment = treatments.get(uid);
      const because = whyChanged(treatment, { manifest: digestOf(manifest), file, files });
      if (because !== undefined) reasons.set(uid, { kind: 'refused', because });
      return because === undefined;
    });
    const injected = await injectPlanned({ installer, record, plan }, same, texts);
    for (const [
      index,
      {
        workload: { uid },
      },
    ] of same.entries()) {
      reasons.set(uid, asPlanned(injected[index] ?? REFUSED, treatments.get(uid)));
    }
    return reasons;
  } catch (error) {
    if (!(error instanceof UnreadableOriginals)) throw error;
    const { message } = error;
    return new Map(workloads.map(({ uid }) => [uid, { kind: 'refused', because: message }]));
  }
}

function whyChanged(
  planned: InjectTreatment | undefined,
  now: { readonly manifest: string; readonly file: string; readonly files: string | undefined },
): string | undefined {
  if (planned?.manifest !== now.manifest) {
    return `its original manifest in ${now.file} was changed since the plan was made: put it back, or make a new plan`;
  }
  return planned.files === now.files
    ? undefined
    : 'a file that manualInjection names for the configuration of the injector was changed since the plan was made: put it back, or make a new plan';
}

/** The same manifest with the same configuration and binary gives the same, or something is amiss. */
function asPlanned(
  injected: InjectedTemplate,
  planned: InjectTreatment | undefined,
): InjectedTemplate {
  if (injected.kind === 'refused' || digestOf(injected.template) === planned?.rendered) {
    return injected;
  }
  return {
    kind: 'refused',
    because:
      'istioctl kube-inject gives another pod template than when the plan was made: make a new plan',
  };
}

async function injectPlanned(
  { installer, record, plan }: Pick<InjectionWork, 'installer' | 'record' | 'plan'>,
  found: readonly { readonly manifest: KubernetesObject }[],
  given: ReturnType<typeof readGiven>,
): Promise<readonly InjectedTemplate[]> {
  const { to, meshNamespace } = plan;
  const version = parseIstioVersion(to.version);
  if (version === undefined) throw new TypeError(`not a version in the plan: ${to.version}`);
  const sources = await recordedObjects(record, plan, 'Pilot');
  const injector = injectorConfiguration(sources, { revision: to.revision, given });
  const manifests = found.map(({ manifest }) => manifest);
  return injectManifests(
    installer,
    { version, revision: to.revision, meshNamespace, injector, manifests },
    cancellationSignal(),
  );
}
