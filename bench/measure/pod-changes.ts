import { isAnswered, type AuditEvent } from './audit-event.ts';

/** What happened to one pod, as far as budgets and restarts are about it. */
export interface PodChange {
  /**
   * `made`: bound to a node, which each pod is once. `leaving`: deleted or evicted, so that it counts
   * as gone for a budget, whatever it still does.
   */
  readonly kind: 'made' | 'ready' | 'unready' | 'leaving';
  /**
   * A write takes effect somewhere between its arrival and its answer. A pod is taken for ready from the
   * former on, and for gone from the latter on: on a busy machine a controller sees a pod ready, and
   * lets another one go, before whoever wrote it is answered (69 ms, seen).
   */
  readonly at: number;
  readonly namespace: string;
  readonly name: string;
}

/** In the order of time. A pod whose readiness was reported again and again changes once. */
export function readPodChanges(events: readonly AuditEvent[]): readonly PodChange[] {
  const last = new Map<string, PodChange['kind']>();
  const changes = events.flatMap((event): PodChange[] => {
    const { namespace, name } = event;
    const kind = kindOf(event);
    const pod = `${namespace}/${name}`;
    if (kind === undefined || !isAnswered(event) || last.get(pod) === kind) return [];
    last.set(pod, kind);
    const at = kind === 'ready' ? event.receivedAt : event.at;
    return [{ kind, at, namespace, name }];
  });
  return changes.sort((a, b) => a.at - b.at);
}

/**
 * A creation whose name the server chose has none in the log, unlike the binding that follows it.
 * Status comes from the kubelet, as a patch.
 */
function kindOf({ verb, resource, subresource, body }: AuditEvent): PodChange['kind'] | undefined {
  if (resource !== 'pods') return undefined;
  if (subresource === 'binding' && verb === 'create') return 'made';
  if (subresource === 'eviction' && verb === 'create') return 'leaving';
  if (subresource === '' && verb === 'delete') return 'leaving';
  if (subresource === 'status') return readinessOf(body);
  return undefined;
}

function readinessOf(body: unknown): 'ready' | 'unready' | undefined {
  const { status } = (body ?? {}) as PodStatus;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return undefined;
  return ready.status === 'True' ? 'ready' : 'unready';
}

interface PodStatus {
  readonly status?: {
    readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
  };
}
