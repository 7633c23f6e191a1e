import { createReadStream, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { stateDirOf } from '../rig-state.ts';
import { UsageError, UserError } from '../user-error.ts';

const SUFFIX = '.log';

/** The logs stay after `down`, until the next `up`. */
export async function runLogs(name: string, part?: string): Promise<void> {
  const dir = path.join(stateDirOf(name), 'logs');
  const parts = existsSync(dir)
    ? readdirSync(dir)
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => file.slice(0, -SUFFIX.length))
        .sort()
    : [];
  if (parts.length === 0) throw new UserError(`rig "${name}" has no logs; it was never up`);
  if (part === undefined) {
    process.stdout.write(`${parts.join('\n')}\n`);
    return;
  }
  if (!parts.includes(part)) {
    throw new UsageError(`no log of "${part}" in rig "${name}"; there are ${parts.join(', ')}`);
  }
  await pipeline(createReadStream(path.join(dir, `${part}${SUFFIX}`)), process.stdout, {
    end: false,
  });
}
