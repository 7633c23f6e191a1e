import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';
import type { Io } from './io.ts';

/** `--config`, else MESHLIFT_CONFIG, else `meshlift.yaml` in the working folder. */
export async function readConfig(io: Io, option: string | undefined): Promise<Config> {
  const { loadConfig } = await import('../config/load-config.ts');
  return loadConfig(option ?? readEnvironment(io.env).configFile);
}

/** A file that was named must be readable; the default one may be absent. */
export async function readConfigIfAny(
  io: Io,
  option: string | undefined,
): Promise<Config | undefined> {
  const { configFile } = readEnvironment(io.env);
  const isNamed = option !== undefined || (io.env['MESHLIFT_CONFIG'] ?? '') !== '';
  if (!isNamed && !existsSync(configFile)) return undefined;
  return readConfig(io, option);
}
