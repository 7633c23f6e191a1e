import canonicalize from 'canonicalize';
import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import type { Finding } from '../../domain/finding.ts';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
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

async function compareObject(
  { installer }: ClusterAccess,
  object: KubernetesObject,
): Promise<{ planned: PlannedObject; findings: readonly Finding[] }> {
  const ref = refOf(object);
  const live = await installer.get(ref);
  if (live === undefined) return { planned: { ref, action: 'create' }, findings: [] };
  const identity = live.metadata.uid === undefined ? {} : { uid: live.metadata.uid };
  try {
    const next = await installer.apply(object, {
      fieldManager: INSTALL_FIELD_MANAGER,
      dryRun: true,
    });
    const action = sameButBookkeeping(live, next) ? 'none' : 'update';
    return { planned: { ref, action, ...identity }, findings: [] };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== 409) throw error;
    return {
      planned: { ref, action: 'update', ...identity },
      findings: error.causes.map(({ field, message }) => ({
        code: 'InstallerDriftOnShared',
        severity: 'blocking',
        subject: formatRef(ref),
        message: `expected ${field ?? 'its fields'} to be the installer's, found ${message ?? 'a conflict'}`,
        remedy: `take the edit back: kubectl get ${ref.kind.toLowerCase()} ${ref.name} -o yaml --show-managed-fields`,
      })),
    };
  }
}

/** Equal but for what the server itself keeps about an object. */
function sameButBookkeeping(a: KubernetesObject, b: KubernetesObject): boolean {
  return canonicalize(withoutBookkeeping(a)) === canonicalize(withoutBookkeeping(b));
}

function withoutBookkeeping(object: KubernetesObject): unknown {
  const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation']);
  const metadata = Object.entries(object.metadata).filter(([key]) => !bookkeeping.has(key));
  return { ...object, metadata: Object.fromEntries(metadata) };
}
