import type { AdsMessages, AdsNode, DeltaRequest, DeltaResponse } from './messages.ts';

const PREFIX = 'type.googleapis.com/envoy.config';
export const CLUSTER = `${PREFIX}.cluster.v3.Cluster`;
export const ENDPOINT = `${PREFIX}.endpoint.v3.ClusterLoadAssignment`;
export const LISTENER = `${PREFIX}.listener.v3.Listener`;
export const ROUTE = `${PREFIX}.route.v3.RouteConfiguration`;

/** What one stream has asked for and been told: the client's side of the protocol, without the wire. */
export class AdsSession {
  readonly #messages: Pick<AdsMessages, 'endpointsOf' | 'routesOf'>;
  readonly #endpoints = new NamesByParent();
  readonly #routes = new NamesByParent();
  readonly #answered = new Set<string>();

  constructor(messages: Pick<AdsMessages, 'endpointsOf' | 'routesOf'>) {
    this.#messages = messages;
  }

  /** Both wildcards: no names. */
  begin(node: AdsNode): readonly DeltaRequest[] {
    return [{ node, typeUrl: CLUSTER }, { typeUrl: LISTENER }];
  }

  /** First the acknowledgement, then what the response made it ask for: istiod wants these apart. */
  answer(response: DeltaResponse): readonly DeltaRequest[] {
    const { typeUrl, nonce } = response;
    this.#answered.add(typeUrl);
    return [{ typeUrl, nonce }, ...this.#followUp(response)];
  }

  /** Whether each kind of configuration that was asked for has come. */
  isSynced(): boolean {
    const asked = [CLUSTER, LISTENER];
    if (this.#endpoints.size > 0) asked.push(ENDPOINT);
    if (this.#routes.size > 0) asked.push(ROUTE);
    return asked.every((each) => this.#answered.has(each));
  }

  #followUp(response: DeltaResponse): readonly DeltaRequest[] {
    const { endpointsOf, routesOf } = this.#messages;
    switch (response.typeUrl) {
      case CLUSTER:
        return subscribe(ENDPOINT, this.#endpoints.update(response, endpointsOf));
      case LISTENER:
        return subscribe(ROUTE, this.#routes.update(response, routesOf));
      default:
        return [];
    }
  }
}

interface Change {
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

/** Names that resources wait for; several may wait for the same. */
class NamesByParent {
  readonly #byParent = new Map<string, readonly string[]>();
  #names: ReadonlySet<string> = new Set();

  get size(): number {
    return this.#names.size;
  }

  update(
    { resources, removed }: DeltaResponse,
    namesOf: (bytes: Uint8Array) => readonly string[],
  ): Change {
    for (const name of removed) this.#byParent.delete(name);
    for (const { name, value } of resources) {
      const names = namesOf(value);
      if (names.length > 0) this.#byParent.set(name, names);
      else this.#byParent.delete(name);
    }
    const before = this.#names;
    this.#names = new Set([...this.#byParent.values()].flat());
    return {
      added: [...this.#names].filter((name) => !before.has(name)),
      gone: [...before].filter((name) => !this.#names.has(name)),
    };
  }
}

function subscribe(typeUrl: string, { added, gone }: Change): readonly DeltaRequest[] {
  if (added.length === 0 && gone.length === 0) return [];
  return [{ typeUrl, subscribe: added, unsubscribe: gone }];
}
