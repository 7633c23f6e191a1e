import type { ClusterAccess } from '../clients/cluster-access.ts';
import { KubernetesError, KubernetesUnreachable } from '../clients/kubernetes-error.ts';
import type { Finding } from '../domain/finding.ts';
import type { AccessIdentity, RequiredAccess } from '../domain/planning/required-access.ts';
import { inParallel } from './inventory/read-known.ts';
import { missingAccess, unansweredAccess } from './missing-access.ts';

/**
 * Asks the API server whether the two identities may do what a plan needs. Rights are asked for as
 * widely as they are usually given, and closer only where the wide answer is no: everything at once,
 * a verb on a resource everywhere, in one namespace, on one name.
 */
export async function checkAccess(
  access: ClusterAccess,
  required: readonly RequiredAccess[],
): Promise<readonly Finding[]> {
  const identities = [...new Set(required.map(({ identity }) => identity))];
  const findings = await Promise.all(
    identities.map((identity) =>
      checkIdentity(
        access,
        identity,
        required.filter((each) => each.identity === identity),
      ),
    ),
  );
  return findings.flat();
}

async function checkIdentity(
  access: ClusterAccess,
  identity: AccessIdentity,
  required: readonly RequiredAccess[],
): Promise<readonly Finding[]> {
  const isAllowed = reviewer(access, identity);
  try {
    if (await isAllowed({ verb: '*', group: '*', resource: '*' })) return [];
    const groups = groupBy(required, ({ verb, group, resource, subresource }) =>
      JSON.stringify([verb, group, resource, subresource]),
    );
    const missing = await inParallel(groups, (group) => missingOf(group, isAllowed));
    return missing.flat().map(missingAccess);
  } catch (error) {
    // The API server's refusal to say, or its silence, is no yes.
    if (!(error instanceof KubernetesError || error instanceof KubernetesUnreachable)) throw error;
    return [unansweredAccess(identity, error.message)];
  }
}

/** Of one verb on one resource: what is missing, together where it is in one namespace. */
async function missingOf(
  required: readonly RequiredAccess[],
  isAllowed: Review,
): Promise<readonly (readonly RequiredAccess[])[]> {
  const [first] = required;
  if (first === undefined) return [];
  const everywhere = withoutPlace(first);
  if (await isAllowed(everywhere)) return [];
  const missing: (readonly RequiredAccess[])[] = [];
  for (const inPlace of groupBy(required, ({ namespace }) => namespace ?? '')) {
    const refused = await missingInPlace(inPlace, everywhere, isAllowed);
    if (refused.length > 0) missing.push(refused);
  }
  return missing;
}

async function missingInPlace(
  required: readonly RequiredAccess[],
  everywhere: ReviewedAccess,
  isAllowed: Review,
): Promise<readonly RequiredAccess[]> {
  const namespace = required[0]?.namespace;
  if (namespace !== undefined && (await isAllowed({ ...everywhere, namespace }))) return [];
  const refused: RequiredAccess[] = [];
  for (const each of required) {
    if (each.name === undefined || !(await isAllowed(each))) refused.push(each);
  }
  return refused;
}

function withoutPlace({ verb, group, resource, subresource }: RequiredAccess): ReviewedAccess {
  return { verb, group, resource, ...(subresource === undefined ? {} : { subresource }) };
}

type ReviewedAccess = Omit<RequiredAccess, 'identity' | 'verb'> & { readonly verb: string };
type Review = (access: ReviewedAccess) => Promise<boolean>;

function reviewer(access: ClusterAccess, identity: AccessIdentity): Review {
  const kubernetes = access[identity];
  return async ({ verb, group, resource, subresource, namespace, name }) => {
    const review = await kubernetes.create({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      // The API server takes no name for it.
      metadata: { name: '' },
      spec: { resourceAttributes: { verb, group, resource, subresource, namespace, name } },
    });
    const { status } = review as typeof review & {
      readonly status?: { readonly allowed?: boolean };
    };
    return status?.allowed === true;
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  return [...Map.groupBy(items, keyOf).values()];
}
