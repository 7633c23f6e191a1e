import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Seconds of the last build by cache key, for reports; a wholly warm compiler cache makes them short. */
export function readBuildTimes(toolsDir: string): Record<string, number> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(fileIn(toolsDir), 'utf8'));
    const entries: [string, unknown][] = Object.entries(parsed ?? {});
    return Object.fromEntries(
      entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
    );
  } catch {
    return {};
  }
}

export function recordBuildTime(
  toolsDir: string,
  { key, seconds }: { key: string; seconds: number },
): void {
  const times = { ...readBuildTimes(toolsDir), [key]: Math.round(seconds * 10) / 10 };
  writeFileSync(fileIn(toolsDir), `${JSON.stringify(times, undefined, 2)}\n`);
}

function fileIn(toolsDir: string): string {
  return path.join(toolsDir, 'build-seconds.json');
}
