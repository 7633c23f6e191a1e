import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';

export interface RecordedProcess extends ProcessIdentity {
  readonly name: string;
}

/** The list of live children in `<stateDir>/processes.json`: one writer, kept whole by rename. */
export class ProcessRecord {
  readonly #file: string;
  #entries: readonly RecordedProcess[] = [];

  constructor(stateDir: string) {
    this.#file = path.join(stateDir, 'processes.json');
  }

  add(entry: RecordedProcess): void {
    this.#write([...this.#entries, entry]);
  }

  remove({ pid, startTime }: ProcessIdentity): void {
    this.#write(
      this.#entries.filter((entry) => entry.pid !== pid || entry.startTime !== startTime),
    );
  }

  /** What the file says, which may have been written by another, now dead, supervisor. */
  load(): RecordedProcess[] {
    try {
      const parsed: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(parsed) ? parsed.filter(isRecordedProcess) : [];
    } catch {
      return [];
    }
  }

  clear(): void {
    this.#entries = [];
    rmSync(this.#file, { force: true });
  }

  #write(entries: readonly RecordedProcess[]): void {
    this.#entries = entries;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(entries, undefined, 2)}\n`);
    renameSync(draft, this.#file);
  }
}

function isRecordedProcess(value: unknown): value is RecordedProcess {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    typeof value.startTime === 'string'
  );
}
