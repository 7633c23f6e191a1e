import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker, type WorkflowBundle } from '@temporalio/worker';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A recorded run: every event, as `temporal workflow show -o json` writes it. */
export type HistoryJson = { readonly events: readonly Readonly<Record<string, unknown>>[] };

/** Members that say which machine and which build recorded a history. */
const OF_THE_MACHINE = new Set(['identity', 'binaryChecksum']);

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../fixtures/histories/${name}.json`, import.meta.url));
}

export function readHistory(name: string): HistoryJson {
  return JSON.parse(readFileSync(fileOf(name), 'utf8')) as HistoryJson;
}

/** Writes a history without what tells of the machine that it was recorded on. */
export function writeHistory(name: string, history: Parameters<typeof historyToJSON>[0]): void {
  const text = JSON.stringify(
    JSON.parse(historyToJSON(history)),
    (key, value: unknown) => (OF_THE_MACHINE.has(key) ? 'recorded' : withoutTraces(key, value)),
    1,
  );
  writeFileSync(fileOf(name), `${text}\n`);
}

function withoutTraces(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? '' : value;
}

/** Replays a history against a bundle of workflows; rejects where they disagree. */
export async function replay(workflowBundle: WorkflowBundle, history: HistoryJson): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), idOf(history));
}

/**
 * A history does not have its workflow's id, which signed decisions bind: it is that of the mesh. Of
 * other workflows none is of use.
 */
function idOf({ events }: HistoryJson): string | undefined {
  const started = events[0]?.['workflowExecutionStartedEventAttributes'] as
    { readonly input?: { readonly payloads?: readonly { readonly data: string }[] } } | undefined;
  const data = started?.input?.payloads?.[0]?.data;
  if (data === undefined) return undefined;
  const { cluster } = JSON.parse(Buffer.from(data, 'base64').toString()) as {
    readonly cluster?: unknown;
  };
  return typeof cluster === 'string' ? `mesh/${cluster}` : undefined;
}
