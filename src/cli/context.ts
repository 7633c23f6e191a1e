import type { Config } from '../config/config.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';
import type { TemporalSession } from './temporal/session.ts';

/** What every command gets. Heavy parts are made when asked for, so that `--help` stays fast. */
export interface CommandContext {
  readonly io: Io;
  readonly output: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** `meshlift.yaml`; throws `ConfigError` when it is missing or wrong. */
  config(): Promise<Config>;
  /** The same for commands that can do without: absent only when no file was named and none is there. */
  configIfAny(): Promise<Config | undefined>;
  /** The Temporal server; connected once and closed by the runner. */
  temporal(): Promise<TemporalSession>;
}

export type CommandBody<Exit> = (context: CommandContext) => Promise<Exit>;
