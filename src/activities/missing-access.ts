import type { Finding } from '../domain/finding.ts';
import type { AccessIdentity, RequiredAccess } from '../domain/planning/required-access.ts';

const NAMED = 10;

/** Rights to one verb on one resource in one place that the API server says an identity does not have. */
export function missingAccess(missing: readonly RequiredAccess[]): Finding {
  const [first] = missing;
  if (first === undefined) throw new TypeError('expected a right that is missing, found none');
  const { identity, verb, namespace } = first;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const names = namesOf(missing);
  const what = `${verb} ${resourceOf(first)}${where}`;
  return {
    code: 'PermissionMissing',
    severity: 'blocking',
    subject: `${identity}: ${what}`,
    message: `expected the identity of the ${identity} to have the right to ${what}${listed(names)}, which this plan uses; the API server says no`,
    remedy: grant(first, names),
  };
}

/** Whether an identity has its rights could not be found out. */
export function unansweredAccess(identity: AccessIdentity, why: string): Finding {
  return {
    code: 'PermissionMissing',
    severity: 'blocking',
    subject: `${identity}: create selfsubjectaccessreviews.authorization.k8s.io`,
    message: `expected the API server to say whether the ${identity} may do what this plan needs, found ${why}`,
    remedy: 'kubectl auth can-i --list',
  };
}

/** Empty when the right is needed whatever the name. */
function namesOf(missing: readonly RequiredAccess[]): readonly string[] {
  const names = missing.map(({ name }) => name);
  return names.every((name) => name !== undefined) ? names : [];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length - NAMED;
  return ` (${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''})`;
}

/** As `kubectl create role --resource` takes it: `pods/eviction`, `deployments.apps`. */
function resourceOf({ group, resource, subresource }: RequiredAccess): string {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return subresource === undefined ? qualified : `${qualified}/${subresource}`;
}

/** USER is who the kubeconfig of that identity logs in as. */
function grant(access: RequiredAccess, names: readonly string[]): string {
  const { identity, verb, resource, subresource, namespace } = access;
  const name = ['meshlift', identity, verb, resource, subresource].filter(Boolean).join('-');
  const rights = [
    `--verb=${verb}`,
    `--resource=${resourceOf(access)}`,
    // So many names are no longer a narrow right, only a long command.
    ...(names.length > NAMED ? [] : names.map((each) => `--resource-name=${each}`)),
  ].join(' ');
  const [kind, scope] =
    namespace === undefined ? ['clusterrole', ''] : ['role', ` -n ${namespace}`];
  return [
    `kubectl create ${kind} ${name} ${rights}${scope}`,
    `kubectl create ${kind}binding ${name} --${kind}=${name} --user=USER${scope}`,
  ].join(' && ');
}
