import type { FindingCode, Severity } from '../../../src/domain/finding.ts';
import type { Direction } from '../../../src/domain/planning/direction.ts';
import type { PlanStrategy, Strategy } from '../../../src/domain/planning/plan.ts';
import type { VersionTable } from '../../../src/domain/version/version-table.ts';

/** An object as findings name it: `Deployment shop/cart`, `Namespace shop`. */
export type ObjectName = `${string} ${string}`;

type Json = Readonly<Record<string, unknown>>;

/** What somebody does to the cluster. All of it can be taken back. */
export type Change =
  | { readonly kind: 'create'; readonly object: ObjectName; readonly content: Json }
  /** A JSON merge patch. */
  | { readonly kind: 'patch'; readonly object: ObjectName; readonly merge: Json }
  /** Values by JSON pointer; `-` appends to a list. */
  | {
      readonly kind: 'edit';
      readonly object: ObjectName;
      readonly set: Json;
      readonly subresource?: 'status';
    }
  /** A copy under another name, every text replaced as told. */
  | {
      readonly kind: 'copy';
      readonly object: ObjectName;
      readonly name: string;
      readonly replacing: Readonly<Record<string, string>>;
      readonly merge: Json;
    }
  | { readonly kind: 'remove'; readonly object: ObjectName }
  /** Takes all rights to a resource, such as `nodes` or `pods/eviction`, from the worker. */
  | { readonly kind: 'withdraw'; readonly resource: string };

/** What is asked of meshlift, as far as it differs from a canary of the sample mesh to 1.26.1. */
export interface Question {
  readonly target?: string;
  readonly strategy?: Strategy;
  /** Down: what a downgrade asks. */
  readonly direction?: Direction;
  readonly meshNamespace?: string;
  /** Rows of the version table, as `meshlift.yaml` may have them. */
  readonly versions?: VersionTable;
  /** Versions of istioctl that the configuration has; all of the rig's when left out. */
  readonly supplied?: readonly string[];
  readonly takeOver?: string;
  /** `waves.first` of the policy. */
  readonly first?: readonly string[];
  /** Of a refresh, which has no target: the one revision that it is about. */
  readonly revision?: string;
  /** Of a rollback: the run that it is about, and what the cluster keeps of earlier runs. */
  readonly run?: string;
  readonly records?: readonly SampleRecord[];
}

/** The record of a run over the sample mesh, which has begun one step. */
export interface SampleRecord {
  readonly runId: string;
  readonly strategy?: PlanStrategy;
  /** `moved`: a wave has begun; else only the installation of the new control plane. */
  readonly begun: 'moved' | 'installed';
}

/**
 * Where the finding comes from: the rules over the inventory, the whole plan with its istioctl,
 * `meshlift start --plan` with the plan of the calm mesh, the plan of a refresh of its proxies,
 * or that of a rollback.
 */
export type Through = 'rules' | 'plan' | 'start' | 'refresh' | 'rollback';

/** One way to come by a finding, and one near it that must not. */
export interface Scenario {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** The whole subject, or a pattern where it holds a name that nobody chose. */
  readonly subject: string | RegExp;
  /** A short sentence; unique within its code. */
  readonly name: string;
  readonly through?: Through;
  readonly given: readonly Change[];
  readonly question?: Question;
  /** The near miss: with all of it in place there is no such finding. */
  readonly near: { readonly given: readonly Change[]; readonly question?: Question };
  /** Set where what is given never comes to rest. */
  readonly isRestless?: true;
}

export function create(object: ObjectName, content: Json = {}): Change {
  return { kind: 'create', object, content };
}

export function patch(object: ObjectName, merge: Json): Change {
  return { kind: 'patch', object, merge };
}

export function edit(object: ObjectName, set: Json, subresource?: 'status'): Change {
  return { kind: 'edit', object, set, ...(subresource === undefined ? {} : { subresource }) };
}

export function copy(
  object: ObjectName,
  {
    name,
    replacing = {},
    merge = {},
  }: {
    readonly name: string;
    readonly replacing?: Readonly<Record<string, string>>;
    readonly merge?: Json;
  },
): Change {
  return { kind: 'copy', object, name, replacing, merge };
}

export function remove(object: ObjectName): Change {
  return { kind: 'remove', object };
}

export function withdraw(resource: string): Change {
  return { kind: 'withdraw', resource };
}

/** Sets labels; `null` removes one. */
export function label(object: ObjectName, labels: Readonly<Record<string, string | null>>): Change {
  return patch(object, { metadata: { labels } });
}

export function annotate(
  object: ObjectName,
  annotations: Readonly<Record<string, string | null>>,
): Change {
  return patch(object, { metadata: { annotations } });
}
