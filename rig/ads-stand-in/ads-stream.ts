import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { AdsSession } from './ads-session.ts';
import type { AdsMessages, AdsNode, DeltaRequest, DeltaResponse } from './messages.ts';

/** How a stream ended. `refused`: istiod takes no more just now. */
export interface StreamEnd {
  readonly kind: 'closed' | 'refused' | 'lost';
  readonly reason: string;
}

export interface StreamOptions {
  readonly address: string;
  readonly node: AdsNode;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once, when all that was asked for has come and is acknowledged. */
  readonly onSynced: () => void;
}

/** Opens a stream and resolves when it has ended; never rejects. */
export type OpenStream = (options: StreamOptions) => Promise<StreamEnd>;

export interface Streams {
  readonly open: OpenStream;
  close(): void;
}

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const CHANNEL = {
  // The whole configuration of a large mesh in one message.
  'grpc.max_receive_message_length': -1,
  // How long to wait is decided elsewhere, for each proxy; the channel itself tries again at once.
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 1_000,
} as const;

/** One connection for each istiod carries the streams of all its proxies. */
export function createStreams(messages: AdsMessages): Streams {
  const clients = new Map<string, Client>();
  function clientOf(address: string): Client {
    const known = clients.get(address);
    if (known !== undefined) return known;
    const made = new Client(address, credentials.createInsecure(), CHANNEL);
    clients.set(address, made);
    return made;
  }
  return {
    open: (options) => follow(clientOf(options.address), messages, options),
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

function follow(
  client: Client,
  messages: AdsMessages,
  { node, signal, onSynced }: StreamOptions,
): Promise<StreamEnd> {
  const session = new AdsSession(messages);
  const call = client.makeBidiStreamRequest<DeltaRequest, DeltaResponse>(
    METHOD,
    messages.encodeRequest,
    messages.decodeResponse,
  );
  const send = (requests: readonly DeltaRequest[]): void => {
    for (const request of requests) call.write(request);
  };
  let wasSynced = false;
  return new Promise((resolve) => {
    const cancel = (): void => call.cancel();
    const end = (how: StreamEnd): void => {
      signal.removeEventListener('abort', cancel);
      resolve(signal.aborted ? { kind: 'closed', reason: 'asked to' } : how);
    };
    signal.addEventListener('abort', cancel, { once: true });
    call.on('data', (response: DeltaResponse) => {
      send(session.answer(response));
      if (wasSynced || !session.isSynced()) return;
      wasSynced = true;
      onSynced();
    });
    call.on('error', (error: ServiceError) => {
      const isRefusal = error.code === status.RESOURCE_EXHAUSTED;
      end({ kind: isRefusal ? 'refused' : 'lost', reason: error.message });
    });
    call.on('end', () => end({ kind: 'lost', reason: 'istiod ended the stream' }));
    send(session.begin(node));
    if (signal.aborted) cancel();
  });
}
