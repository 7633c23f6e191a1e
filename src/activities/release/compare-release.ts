import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { digestOf, digestText } from '../../clients/digest.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { cutDifferences } from '../../domain/diff/cut-differences.ts';
import { diffFields } from '../../domain/diff/diff-fields.ts';
import type { Finding } from '../../domain/finding.ts';
import { contentOf } from '../../domain/journal/object-content.ts';
import {
  formatRef,
  refOf,
  type JsonObject,
  type KubernetesObject,
} from '../../domain/kubernetes-object.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import { summarizeObject } from '../../domain/planning/summarize-object.ts';
import type { RenderedRelease } from '../../installers/installer.ts';

/** The field manager of `istioctl install`, so that a real install afterwards finds its own fields. */
export const INSTALL_FIELD_MANAGER = 'istio-operator';

export interface ComparedRelease {
  readonly base: readonly PlannedObject[];
  readonly pilot: readonly PlannedObject[];
  readonly findings: readonly Finding[];
}

/** What applying a release would do, object by object: a dry run of the very apply, without force. */
export async function compareRelease(
  access: ClusterAccess,
  release: RenderedRelease,
): Promise<ComparedRelease> {
  const compared = await Promise.all(
    release.objects.map(async ({ component, object }) => ({
      component,
      ...(await compareObject(access, object)),
    })),
  );
  const plannedOf = (component: 'Base' | 'Pilot'): PlannedObject[] =>
    compared.filter((each) => each.component === component).map(({ planned }) => planned);
  return {
    base: plannedOf('Base'),
    pilot: plannedOf('Pilot'),
    findings: compared.flatMap(({ findings }) => findings),
  };
}

interface ComparedObject {
  readonly planned: PlannedObject;
  readonly findings: readonly Finding[];
}

async function compareObject(
  { installer }: ClusterAccess,
  object: KubernetesObject,
): Promise<ComparedObject> {
  const known = { ref: refOf(object), rendered: digestOf(object) };
  const live = await installer.get(known.ref);
  if (live === undefined) {
    return {
      planned: { ...known, action: 'create', summary: summarizeObject(object) },
      findings: [],
    };
  }
  const identity = live.metadata.uid === undefined ? known : { ...known, uid: live.metadata.uid };
  try {
    const next = await installer.apply(object, {
      fieldManager: INSTALL_FIELD_MANAGER,
      dryRun: true,
    });
    return { planned: { ...identity, ...compareContent(live, next) }, findings: [] };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const planned = { ...identity, action: 'update' } as const;
    if (error.code === 422) return { planned, findings: [refusedByServer(object, error)] };
    if (error.code !== 409) throw error;
    return { planned, findings: error.causes.map((cause) => directEdit(object, cause)) };
  }
}

/** Such as a CRD without a version in which objects are stored: no run could ever apply it. */
function refusedByServer(object: KubernetesObject, { message }: KubernetesError): Finding {
  const ref = refOf(object);
  return {
    code: 'ReleaseRefused',
    severity: 'blocking',
    subject: formatRef(ref),
    message: `expected the API server to take the target's ${formatRef(ref)}, found that it refuses: ${message}`,
    remedy: `kubectl get ${ref.kind.toLowerCase()} ${ref.name} -o yaml, and take away what the target does not know`,
  };
}

/** What changes but for the bookkeeping of the server and the fields that istiod keeps by itself. */
function compareContent(
  live: KubernetesObject,
  next: KubernetesObject,
): Pick<PlannedObject, 'action' | 'diff' | 'diffLeftOut'> {
  const differences = diffFields(jsonOf(contentOf(live)), jsonOf(contentOf(next)));
  if (differences.length === 0) return { action: 'none' };
  const { diff, leftOut } = cutDifferences(differences, digestText);
  return { action: 'update', diff, ...(leftOut === undefined ? {} : { diffLeftOut: leftOut }) };
}

/** As it is on the wire, without members that are undefined. */
function jsonOf(content: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(content)) as JsonObject;
}

function directEdit(
  object: KubernetesObject,
  { field, message }: { readonly field?: string; readonly message?: string },
): Finding {
  const { kind, metadata } = object;
  const where = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
  return {
    code: 'InstallerDriftOnShared',
    severity: 'blocking',
    subject: formatRef(refOf(object)),
    message: `expected ${field ?? 'its fields'} to be the installer's, found ${message ?? 'a conflict'}`,
    remedy: `take the edit back: kubectl get ${kind.toLowerCase()} ${metadata.name}${where} -o yaml --show-managed-fields`,
  };
}
