import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ControllerName } from './controllers/names.ts';
import type { Kubeconfigs, PartStatus } from './kubernetes/index.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { OptionalIstioVersion } from './tools/catalog.ts';
import { UsageError, UserError } from './user-error.ts';
import { stateRoot } from './xdg.ts';

export const RIG_PHASES = ['starting', 'ready', 'stopping', 'failed'] as const;
export type RigPhase = (typeof RIG_PHASES)[number];

/** What a rig has only when it is asked for. */
export interface RigExtras {
  /** Stand-ins that connect to istiod for the proxies of all injected pods. */
  readonly standInProxies?: boolean;
  /** The mesh is of `istioctl install` without a revision, as most are. */
  readonly unrevisioned?: boolean;
  /** Controllers of other projects; each runs as a process beside the mesh. */
  readonly controllers?: readonly ControllerName[];
  /** Releases of Istio besides those that every rig has. */
  readonly istio?: readonly OptionalIstioVersion[];
  /** The audit log has the readiness of pods and what the scripts of the bench read: more to write. */
  readonly auditsPods?: boolean;
}

/** Where the parts of a rig that is up can be reached; every path is absolute. */
export interface RigEndpoints {
  readonly apiServer: string;
  readonly kubeconfigs: Kubeconfigs;
  readonly auditLog: string;
  readonly temporalAddress: string;
  readonly temporalUi: string;
  readonly meshliftConfig: string;
  readonly binDir: string;
  /** Tells what the stand-in proxies have done, as JSON (`readStandIns`); only where there are any. */
  readonly standInProxies?: string;
}

/** What the supervisor says of its rig in `<stateDir>/rig.json`. */
export interface RigState extends RigExtras {
  readonly name: string;
  readonly bare: boolean;
  readonly stateDir: string;
  readonly supervisor: ProcessIdentity;
  readonly phase: RigPhase;
  readonly startedAt: string;
  readonly readyAt?: string;
  /** Why it failed. */
  readonly error?: string;
  readonly parts: readonly PartStatus[];
  /** From the moment the rig is ready. */
  readonly endpoints?: RigEndpoints;
}

export const DEFAULT_RIG = 'default';

const NAME = /^[a-z0-9-]{1,20}$/;
/** The egress proxy's unix socket lies below it, and such a path may have about 100 characters. */
const LONGEST_STATE_DIR = 85;
const KEPT: ReadonlySet<string> = new Set(['ports.json', 'logs']);

export function checkRigName(name: string): string {
  if (NAME.test(name)) return name;
  throw new UsageError(
    `rig name "${name}" must be 1 to 20 characters of a-z, 0-9 and "-"; for example --name mine`,
  );
}

export function rigsRoot(): string {
  return path.join(stateRoot(), 'rigs');
}

export function stateDirOf(name: string): string {
  const dir = path.join(rigsRoot(), checkRigName(name));
  if (dir.length <= LONGEST_STATE_DIR) return dir;
  throw new UserError(
    `${dir} is longer than ${LONGEST_STATE_DIR} characters, too long for unix sockets in it; set XDG_STATE_HOME to a shorter folder`,
  );
}

export function readRig(name: string): RigState | undefined {
  try {
    const file = path.join(stateDirOf(name), 'rig.json');
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isRigState(parsed) ? parsed : undefined;
  } catch (error) {
    if (error instanceof UserError) throw error;
    return undefined;
  }
}

export function writeRig(state: RigState): void {
  const file = path.join(state.stateDir, 'rig.json');
  mkdirSync(state.stateDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(draft, file);
}

/** Leaves the ports, so that they stay the same, and the logs of the last run. */
export function clearState(stateDir: string): void {
  for (const entry of entriesOf(stateDir)) {
    if (!KEPT.has(entry)) rmSync(path.join(stateDir, entry), { recursive: true, force: true });
  }
}

function entriesOf(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Enough to tell our own file, which is always written whole, from anything else. */
function isRigState(value: unknown): value is RigState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'supervisor' in value &&
    'phase' in value &&
    RIG_PHASES.some((phase) => phase === value.phase)
  );
}
