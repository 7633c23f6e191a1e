import type { Client } from '@temporalio/client';
import { CliError } from '../cli-error.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** A connection to the Temporal server, with the names that messages need. */
export interface TemporalSession {
  readonly client: Client;
  readonly address: string;
  readonly namespace: string;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 4000;

/** Connects as TEMPORAL_ADDRESS and the other settings of Temporal's own tools say. */
export async function connectTemporal(): Promise<TemporalSession> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  const { Client, Connection } = await import('@temporalio/client');
  const settings = readSettings(() => loadClientConnectConfig());
  const address = settings.connectionOptions.address ?? 'localhost:7233';
  const namespace = settings.namespace ?? 'default';
  try {
    const connection = await Connection.connect({
      ...settings.connectionOptions,
      address,
      connectTimeout: CONNECT_TIMEOUT_MS,
    });
    const client = new Client({ connection, namespace });
    return { client, address, namespace, close: () => connection.close() };
  } catch (error) {
    throw new CliError(
      'NoConnection',
      EXIT_CODES.unreachable,
      `no connection to the Temporal server at ${address} within ${CONNECT_TIMEOUT_MS / 1000} s: ${reasonOf(error)}.\n` +
        'Set TEMPORAL_ADDRESS (and TEMPORAL_TLS, TEMPORAL_API_KEY where the server asks for them) or TEMPORAL_PROFILE, or start the server.',
      { cause: error },
    );
  }
}

function readSettings<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    throw new CliError(
      'InvalidConfiguration',
      EXIT_CODES.invalid,
      `cannot read the Temporal connection settings: ${reasonOf(error)}.\nCheck TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and the file it names.`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}
