import { readFileSync, statSync } from 'node:fs';

/** One request as the API server's audit log has it. */
export interface AuditedRequest {
  readonly user: { readonly username: string };
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly responseStatus?: { readonly code?: number };
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
}

export interface AuditLog {
  /** Now, as a place in the log. */
  readonly mark: () => number;
  /** All requests since then, in the order in which they were received. */
  readonly since: (mark: number) => readonly AuditedRequest[];
}

const OUR_IDENTITIES: ReadonlySet<string> = new Set(['meshlift-worker', 'meshlift-installer']);
const READING = new Set(['get', 'list', 'watch']);

export function openAuditLog(file: string): AuditLog {
  return {
    mark: () => statSync(file).size,
    since: (mark) =>
      readFileSync(file)
        .subarray(mark)
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditedRequest)
        .sort((a, b) => (a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1)),
  };
}

/** Whether meshlift sent it, as itself or through the istioctl it runs. */
export function isOurs({ user }: AuditedRequest): boolean {
  return OUR_IDENTITIES.has(user.username);
}

/** Whether it changed something: dry runs and refused requests did not. */
export function isWrite({ verb, requestURI, responseStatus }: AuditedRequest): boolean {
  const ok = (responseStatus?.code ?? 500) < 300;
  return ok && !READING.has(verb) && !requestURI.includes('dryRun=All') && !isReview(requestURI);
}

/** A question in the form of a create. */
function isReview(uri: string): boolean {
  return /\/(selfsubject|subject|token)[a-z]*reviews/.test(uri);
}

/** Our own record and lock, as opposed to the mesh. */
export function isRecord({ objectRef, requestURI }: AuditedRequest): boolean {
  return (
    objectRef?.resource === 'configmaps' &&
    (objectRef.name?.startsWith('meshlift-') === true || requestURI.includes('meshlift'))
  );
}

/** When the API server received it (ms since 1970). */
export function receivedAt({ requestReceivedTimestamp }: AuditedRequest): number {
  return Date.parse(requestReceivedTimestamp);
}

/** One line per request, for comparison with nothing. */
export function describeRequests(requests: readonly AuditedRequest[]): readonly string[] {
  return requests.map(({ user, verb, requestURI }) => `${user.username} ${verb} ${requestURI}`);
}

const WORKLOADS: ReadonlySet<string> = new Set(['deployments', 'statefulsets', 'daemonsets']);

/** Patches of pod templates by meshlift: each makes a workload restart. */
export function restartsOf(requests: readonly AuditedRequest[]): readonly string[] {
  return requests
    .filter((request) => isOurs(request) && isWrite(request))
    .filter(({ verb, objectRef }) => verb === 'patch' && WORKLOADS.has(objectRef?.resource ?? ''))
    .filter(({ objectRef }) => objectRef?.namespace !== 'istio-system')
    .map(({ objectRef }) => `${objectRef?.namespace ?? ''}/${objectRef?.name ?? ''}`);
}
