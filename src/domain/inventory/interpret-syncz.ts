/** A client of one replica of istiod, as its `/debug/syncz` lists it. */
export interface SyncClient {
  /** `<pod>.<namespace>` where it is the proxy of a pod. */
  readonly name: string;
  /** The cluster that it says it is in; empty when it says none. */
  readonly cluster: string;
  /** Whether it asked for configuration: istioctl, which asks about others only, is listed too. */
  readonly isProxy: boolean;
  /** What it has not got, acknowledged or accepted, in words; empty when it is SYNCED. */
  readonly behind: readonly string[];
}

interface Watched {
  readonly sent?: unknown;
  readonly acked?: unknown;
  readonly lastError?: unknown;
}

interface Entry {
  readonly cluster_id?: unknown;
  readonly proxy?: unknown;
  readonly resources?: Readonly<Record<string, Watched | null>> | null;
  readonly [field: string]: unknown;
}

const ENVOY = 'type.googleapis.com/envoy.config';

/** The kinds of which `istioctl proxy-status` shows a state; `field` begins their fields before there was `resources`. */
const KINDS = [
  { words: 'clusters', field: 'cluster', type: `${ENVOY}.cluster.v3.Cluster` },
  { words: 'listeners', field: 'listener', type: `${ENVOY}.listener.v3.Listener` },
  { words: 'endpoints', field: 'endpoint', type: `${ENVOY}.endpoint.v3.ClusterLoadAssignment` },
  { words: 'routes', field: 'route', type: `${ENVOY}.route.v3.RouteConfiguration` },
  {
    words: 'extensions',
    field: 'extensionconfig',
    type: `${ENVOY}.core.v3.TypedExtensionConfig`,
  },
] as const;

/** The clients in an answer of `/debug/syncz` (1.25.1 and 1.26.1 seen); nothing when it is no such answer. */
export function interpretSyncz(answer: unknown): readonly SyncClient[] | undefined {
  // An istiod without proxies answers `[]`, older ones `null`.
  if (answer === null) return [];
  if (!Array.isArray(answer)) return undefined;
  return answer.map((entry: unknown, index) => interpretEntry((entry ?? {}) as Entry, index));
}

function interpretEntry(entry: Entry, index: number): SyncClient {
  const { cluster_id: cluster, proxy } = entry;
  const watched = KINDS.flatMap(({ words, field, type }) => {
    const found = watchedIn(entry, field, type);
    return found === undefined ? [] : [{ words, ...found }];
  });
  return {
    name: typeof proxy === 'string' ? proxy : `#${index}`,
    cluster: textOf(cluster),
    isProxy: watched.length > 0 || Object.keys(entry.resources ?? {}).length > 0,
    behind: watched.flatMap(behindIn),
  };
}

/** Nothing where the client does not ask for it: istioctl calls that IGNORED. */
function watchedIn(entry: Entry, field: string, type: string): Watched | undefined {
  const { resources } = entry;
  if (resources !== undefined && resources !== null) return resources[type] ?? undefined;
  const sent = entry[`${field}_sent`];
  // Both are left out while nothing was sent, be it asked for or not.
  return textOf(sent) === '' ? undefined : { sent, acked: entry[`${field}_acked`] };
}

function behindIn({
  words,
  sent,
  acked,
  lastError,
}: Watched & { readonly words: string }): string[] {
  if (textOf(lastError) !== '') return [`${words} refused: ${textOf(lastError).slice(0, MOST)}`];
  // NOT SENT: a gateway without routes is sent none, but each proxy has clusters.
  if (textOf(sent) === '') return words === 'clusters' ? ['clusters not sent'] : [];
  return textOf(sent) === textOf(acked) ? [] : [`${words} not acknowledged`];
}

/** Characters of Envoy's own words that are passed on. */
const MOST = 200;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
