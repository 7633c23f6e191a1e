import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PortForward, type KubeConfig } from '@kubernetes/client-node';
import { KubernetesError, KubernetesUnreachable } from './kubernetes-error.ts';

const TIMEOUT_MS = 30_000;

export interface PodPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/**
 * The JSON that a pod answers to a GET that reaches it from its own `localhost`: what it keeps from
 * strangers it tells this one, whose right to forward ports the API server has checked.
 */
export async function getThroughPortForward(
  config: KubeConfig,
  { pod, path }: { readonly pod: PodPort; readonly path: string },
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const name = `GET ${path} of port ${pod.port} of pod ${pod.namespace}/${pod.name}`;
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const ended = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    await using tunnel = await openTunnel(config, pod);
    const response = await ask(tunnel.stream, path, ended);
    const body = await text(response);
    if (response.statusCode === 200) return JSON.parse(body);
    throw new KubernetesError({
      request: name,
      code: response.statusCode ?? 0,
      reason: '',
      message: body.slice(0, 300),
      causes: [],
      retryAfterSeconds: undefined,
    });
  } catch (error) {
    if (error instanceof KubernetesError) throw error;
    signal?.throwIfAborted();
    throw new KubernetesUnreachable(name, reasonOf(error));
  }
}

/** The part of a `ws` WebSocket that is used; its types are not installed. */
interface WebSocketLike {
  onclose: () => void;
  close(): void;
}

interface Tunnel extends AsyncDisposable {
  readonly stream: Duplex;
}

async function openTunnel(config: KubeConfig, pod: PodPort): Promise<Tunnel> {
  const [toPod, fromPod, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const stream = Duplex.from({ readable: fromPod, writable: toPod });
  // The kubelet says here that nothing listens at that port, say.
  errors.on('data', (message: Buffer) => stream.destroy(new Error(message.toString('utf8'))));
  const { namespace, name, port } = pod;
  const forward = new PortForward(config);
  const opened = forward.portForward(namespace, name, [port], fromPod, errors, toPod);
  const socket = (await opened) as unknown as WebSocketLike;
  socket.onclose = () => fromPod.end();
  return {
    stream,
    [Symbol.asyncDispose]: async () => {
      stream.destroy();
      socket.close();
    },
  };
}

async function ask(stream: Duplex, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const call = request({
    createConnection: () => stream,
    path,
    signal,
    headers: { host: 'localhost', connection: 'close' },
  });
  call.end();
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return response;
}

/** A refused WebSocket comes as an event, which is no error but has one. */
function reasonOf(error: unknown): unknown {
  if (error instanceof Error || typeof error !== 'object' || error === null) return error;
  return 'error' in error ? error.error : 'message' in error ? error.message : error;
}
