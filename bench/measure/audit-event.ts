/** One request, as the audit log of the API server has it once it was answered. */
export interface AuditEvent {
  /** When it was answered, in milliseconds since 1970. */
  readonly at: number;
  /** When it came in. A watch is answered when it ends, which may be much later. */
  readonly receivedAt: number;
  readonly user: string;
  readonly verb: string;
  /** Plural and lower case; empty for what is no resource, such as `/version`. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  /** Empty for a list, and for a creation whose name the server chose. */
  readonly name: string;
  /** HTTP status of the answer. */
  readonly code: number;
  /** The object or patch that was sent, where the policy keeps it. */
  readonly body?: unknown;
}

/** Fields of `audit.k8s.io/v1` that are looked at. */
interface Line {
  readonly user?: { readonly username?: string };
  readonly verb?: string;
  readonly objectRef?: Partial<Ref>;
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: unknown;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
}

/** Undefined for a line that is cut off or is no event. */
export function parseAuditLine(text: string): AuditEvent | undefined {
  const line = parseJson(text);
  if (line === undefined) return undefined;
  const at = Date.parse(line.stageTimestamp ?? '');
  if (Number.isNaN(at)) return undefined;
  return {
    at,
    receivedAt: Date.parse(line.requestReceivedTimestamp ?? line.stageTimestamp ?? ''),
    user: line.user?.username ?? '',
    verb: line.verb ?? '',
    ...readRef(line.objectRef ?? {}),
    code: line.responseStatus?.code ?? 0,
    ...(line.requestObject === undefined ? {} : { body: line.requestObject }),
  };
}

type Ref = Pick<AuditEvent, 'resource' | 'subresource' | 'namespace' | 'name'>;

function readRef({
  resource = '',
  subresource = '',
  namespace = '',
  name = '',
}: Partial<Ref>): Ref {
  return { resource, subresource, namespace, name };
}

export function isAnswered({ code }: AuditEvent): boolean {
  return code >= 200 && code < 300;
}

function parseJson(text: string): Line | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
