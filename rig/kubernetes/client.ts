import { readFile } from 'node:fs/promises';
import https from 'node:https';
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';
import { objectPath, type Manifest } from './manifest.ts';

/** Thrown when the API server answers with anything but success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, request: string, body: string) {
    super(`${request}: the API server answered ${status}: ${messageOf(body)}`);
    this.name = 'ApiError';
    this.status = status;
  }
}

export const PATCH_TYPES = {
  apply: 'application/apply-patch+yaml',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;
export type PatchType = keyof typeof PATCH_TYPES;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** As long as the API server itself takes: a busy machine lists thousands of pods slowly. */
const REQUEST_TIMEOUT_MS = 60_000;
const FIELD_MANAGER = 'meshlift-rig';

/**
 * The rig's own small client: raw JSON both ways, since the rig may not use the product's code and
 * typed models would drop fields they do not know.
 */
export class ApiClient {
  readonly #server: string;
  readonly #agent: https.Agent;

  constructor(server: string, credentials: { ca: string; cert: string; key: string }) {
    this.#server = server;
    this.#agent = new https.Agent({ ...credentials, keepAlive: true, maxSockets: 32 });
  }

  static async fromKubeconfig(file: string): Promise<ApiClient> {
    const config = readConfig(await readFile(file, 'utf8'), file);
    return new ApiClient(config.server, config);
  }

  /** The caller says what it expects to get: the API server, not the type, vouches for the shape. */
  async get<T>(path: string): Promise<T> {
    return JSON.parse(await this.#send({ method: 'GET', path })) as T;
  }

  async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return JSON.parse(await this.#send({ method: 'POST', path, body })) as T;
  }

  /** Server-side apply; `manager` is the name under which the fields are owned. */
  async apply(manifest: Manifest, { manager = FIELD_MANAGER } = {}): Promise<void> {
    const path = `${objectPath(manifest)}?fieldManager=${manager}&force=true`;
    await this.patch(path, 'apply', manifest);
  }

  async patch(path: string, type: PatchType, body: unknown): Promise<void> {
    await this.#send({ method: 'PATCH', path, body, contentType: PATCH_TYPES[type] });
  }

  /** Succeeds when the object is absent already. */
  async delete(path: string): Promise<void> {
    try {
      await this.#send({ method: 'DELETE', path });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /** The raw body of a GET, for `/readyz` and the like. */
  async text(path: string): Promise<string> {
    return this.#send({ method: 'GET', path });
  }

  /** An open watch; the caller reads lines of JSON until it ends. */
  async open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#request({ method: 'GET', path, signal });
    if (response.statusCode === 200) return response;
    throw new ApiError(response.statusCode ?? 0, `GET ${path}`, await readAll(response));
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(request: Request): Promise<string> {
    const timed = { ...request, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) };
    const response = await this.#request(timed);
    const body = await readAll(response);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return body;
    throw new ApiError(status, `${request.method} ${request.path}`, body);
  }

  #request({ method, path, body, contentType, signal }: Request): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': contentType ?? 'application/json' };
      const options = { method, headers, agent: this.#agent, ...(signal ? { signal } : {}) };
      const request = https.request(new URL(path, this.#server), options, resolve);
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function messageOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      return String(parsed.message);
    }
  } catch {
    // Not a Status object; the text itself is what there is to say.
  }
  return body.slice(0, 500);
}

interface RigKubeconfig {
  readonly clusters: readonly [
    {
      readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
    },
  ];
  readonly users: readonly [
    {
      readonly user: {
        readonly 'client-certificate-data': string;
        readonly 'client-key-data': string;
      };
    },
  ];
}

/** Reads kubeconfigs of the shape that the rig itself writes. */
export function readConfig(
  text: string,
  file: string,
): { server: string; ca: string; cert: string; key: string } {
  try {
    const { clusters, users } = parse(text) as RigKubeconfig;
    const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
    const user = users[0].user;
    return {
      server,
      ca: decode(ca),
      cert: decode(user['client-certificate-data']),
      key: decode(user['client-key-data']),
    };
  } catch (cause) {
    throw new Error(`${file} is not a kubeconfig that the rig wrote`, { cause });
  }
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
