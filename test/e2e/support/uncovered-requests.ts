import type { RequiredAccess } from '../../../src/domain/planning/required-access.ts';
import type { AuditedRequest } from './audit-log.ts';

const IDENTITIES: Readonly<Record<string, RequiredAccess['identity']>> = {
  'meshlift-worker': 'worker',
  'meshlift-installer': 'installer',
};

/** What a run asked of the API server once its plan was recorded, and had not said that it would need. */
export function uncoveredRequests(
  requests: readonly AuditedRequest[],
  required: readonly RequiredAccess[],
): readonly string[] {
  const uncovered = stepRequests(requests).filter(
    (request) => !required.some((access) => covers(access, request)),
  );
  return [...new Set(uncovered.map(describe))];
}

/** From the recording of the plan on: before it, the run plans once more, which reads other things. */
export function stepRequests(requests: readonly AuditedRequest[]): readonly AuditedRequest[] {
  const start = requests.findIndex(
    ({ verb, objectRef }) =>
      verb === 'create' && /^meshlift-run-.*-plan$/.test(objectRef?.name ?? ''),
  );
  return (
    requests
      .slice(start === -1 ? requests.length : start)
      .filter(({ user }) => Object.hasOwn(IDENTITIES, user.username))
      // The server's version, and what one may do oneself: everybody may ask that.
      .filter(({ objectRef }) => objectRef && objectRef.apiGroup !== 'authorization.k8s.io')
  );
}

function covers(access: RequiredAccess, { user, verb, objectRef = {} }: AuditedRequest): boolean {
  return (
    access.identity === IDENTITIES[user.username] &&
    access.verb === verb &&
    access.group === (objectRef.apiGroup ?? '') &&
    access.resource === objectRef.resource &&
    access.subresource === objectRef.subresource &&
    (access.namespace === undefined || access.namespace === objectRef.namespace) &&
    (access.name === undefined || access.name === objectRef.name)
  );
}

function describe({ user, verb, objectRef = {} }: AuditedRequest): string {
  const { apiGroup = '', resource = '', subresource = '', namespace = '', name = '' } = objectRef;
  return [user.username, verb, apiGroup, resource, subresource, namespace, name].join(' ');
}
