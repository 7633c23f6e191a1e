// The background process that holds a rig: `node rig/supervisor-main.ts REQUEST.json`.
import { readFileSync } from 'node:fs';
import { createLog } from './log.ts';
import { superviseRig, type RigRequest } from './supervisor.ts';

const [requestFile] = process.argv.slice(2);
if (requestFile === undefined) throw new Error('usage: supervisor-main.ts REQUEST.json');

const request = readRequest(requestFile);
const log = createLog(request.stateDir);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
// A rig that is up must outlive a watch that broke; the log tells of it.
process.on('unhandledRejection', (reason) => log(`unhandled rejection: ${describe(reason)}`));
process.on('uncaughtException', (error) => log(`uncaught exception: ${describe(error)}`));

await superviseRig(request, stop.signal);
// Sockets of the parts in this process may still be closing; nothing waits for them.
process.exit(stop.signal.aborted ? 0 : 1);

function readRequest(file: string): RigRequest {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (isRequest(parsed)) return parsed;
  throw new Error(`${file} is not a request for a rig`);
}

function isRequest(value: unknown): value is RigRequest {
  return typeof value === 'object' && value !== null && 'stateDir' in value && 'tools' in value;
}

function describe(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
