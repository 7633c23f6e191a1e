import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { foreignConflicts } from '../../domain/drift/find-drift.ts';
import { leaveOut } from '../../domain/drift/noise.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';

/** The field manager of `istioctl install`, so that a real install afterwards finds its own fields. */
export const INSTALL_FIELD_MANAGER = 'istio-operator';

/** A rendered object, and the one of that name in the cluster. */
export interface Pair {
  readonly object: KubernetesObject;
  readonly live: KubernetesObject;
}

/** What the API server made of a rendered object, or the fields of others for which it refused. */
export type Applied =
  | { readonly kind: 'applied'; readonly object: KubernetesObject }
  | { readonly kind: 'refused'; readonly conflicts: readonly string[]; readonly why: string };

/**
 * Server-side apply without force. Fields that istiod, istioctl or an autoscaler keep by design are
 * left to them; a field of anybody else's is refused.
 */
export async function applyUnforced(
  access: ClusterAccess,
  { object, live }: Pair,
  dryRun: boolean,
): Promise<Applied> {
  const first = await send(access, object, { dryRun });
  if (first.kind === 'applied') return first;
  const conflicts = foreignConflicts(live, first.conflicts);
  if (conflicts.length > 0) return { ...first, conflicts };
  return send(access, leaveOut(object, first.conflicts), { dryRun });
}

/**
 * The same by force; what is kept by design stays. What is written is written to the very state of the
 * object that was read: another one is a conflict without fields.
 */
export async function applyForced(
  access: ClusterAccess,
  { object, live }: Pair,
  dryRun: boolean,
): Promise<KubernetesObject> {
  const unforced = await send(access, object, { dryRun: true });
  const conflicts = unforced.kind === 'applied' ? [] : unforced.conflicts;
  const foreign = foreignConflicts(live, conflicts);
  const sent = leaveOut(
    object,
    conflicts.filter((field) => !foreign.includes(field)),
  );
  const { resourceVersion } = live.metadata;
  const metadata = dryRun || resourceVersion === undefined ? {} : { resourceVersion };
  return access.installer.apply(
    { ...sent, metadata: { ...sent.metadata, ...metadata } },
    { fieldManager: INSTALL_FIELD_MANAGER, dryRun, force: true },
  );
}

async function send(
  { installer }: ClusterAccess,
  object: KubernetesObject,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Applied> {
  try {
    const options = { fieldManager: INSTALL_FIELD_MANAGER, dryRun };
    return { kind: 'applied', object: await installer.apply(object, options) };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== 409) throw error;
    const conflicts = error.causes.flatMap(({ field }) => (field === undefined ? [] : [field]));
    // Without fields it is another conflict, such as an object that is being deleted.
    if (conflicts.length === 0) throw error;
    const why = error.causes.map(({ field, message }) => `${field ?? '?'} (${message ?? ''})`);
    return { kind: 'refused', conflicts, why: why.join(', ') };
  }
}
