import type { FieldDifference } from '../diff/diff-fields.ts';
import type { Finding } from '../finding.ts';
import type { ObjectRef } from '../kubernetes-object.ts';
import type { Policy } from '../policy.ts';
import type { PlanEstimate } from './estimate-plan.ts';
import type { UpgradeStep } from './step.ts';

/** How an upgrade brings the new version: beside the old one, or over it. */
export const STRATEGIES = ['canary', 'in-place'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/**
 * What a plan does: a refresh leaves the control planes and selectors as they are, a rollback takes back
 * what an earlier run did.
 */
export const PLAN_STRATEGIES = [...STRATEGIES, 'refresh', 'rollback'] as const;
export type PlanStrategy = (typeof PLAN_STRATEGIES)[number];

/** What meshlift computes from a request and a mesh: every step, with its objects and its undo. */
export interface UpgradePlan {
  readonly apiVersion: string;
  readonly cluster: { readonly name: string; readonly uid: string };
  readonly meshNamespace: string;
  readonly strategy: PlanStrategy;
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** Versions to which the same run goes on after this one; absent where this is the target. */
  readonly nextHops?: readonly string[];
  readonly reason?: string;
  readonly steps: readonly UpgradeStep[];
  readonly policy: Policy;
  /** sha256 of each installer binary that the plan relies on, by version. */
  readonly binaries: Readonly<Record<string, string>>;
  /** Digest of the rendered objects of the new revision, in order; absent where none is. */
  readonly renderDigest?: string;
  /** Of a rollback: the first run id of the recorded run that is taken back. */
  readonly takesBack?: string;
  /** What the running revision is configured with, in words; all of it is asked of the target. */
  readonly features?: readonly string[];
  readonly findings: readonly Finding[];
}

export interface RevisionAt {
  readonly revision: string;
  readonly version: string;
}

/** The answer to "what would you do?" */
export type Planned =
  | { readonly kind: 'blocked'; readonly findings: readonly Finding[] }
  | { readonly kind: 'nothing-to-do'; readonly findings: readonly Finding[] }
  | {
      readonly kind: 'plan';
      readonly plan: UpgradePlan;
      readonly digest: string;
      /** No part of the digest: the number of pods may change without another plan. */
      readonly estimate: PlanEstimate;
    };

/** What the workflow and the query `getPlan` carry: the plan without its long lists. */
export interface PlanOutline {
  readonly apiVersion: string;
  readonly digest: string;
  readonly cluster: { readonly name: string; readonly uid: string };
  readonly meshNamespace: string;
  readonly strategy: PlanStrategy;
  readonly from: RevisionAt;
  readonly to: RevisionAt;
  /** Versions to which the same run goes on after this one; absent where this is the target. */
  readonly nextHops?: readonly string[];
  readonly takesBack?: string;
  readonly policy: Policy;
  readonly steps: readonly StepOutline[];
  readonly findings: readonly Finding[];
}

/** One step as people see it; what it touches stands in the plan kept in the cluster. */
export interface StepOutline {
  readonly id: string;
  readonly kind: UpgradeStep['kind'];
  readonly title: string;
  /** Objects that the step writes. */
  readonly objects: number;
  /** For waves: where, and how many workloads are restarted. */
  readonly namespaces?: readonly string[];
  readonly workloads?: number;
  /** For waves: how many have a proxy, or would get one, and are not moved. */
  readonly left?: number;
  /** For what changes the mesh: with slow pods. */
  readonly estimateSeconds?: number;
  /** For soaks. */
  readonly seconds?: number;
  /** For gates before a wave: its number. */
  readonly wave?: number;
  readonly undo: UpgradeStep['undo']['kind'];
  readonly undoFirst?: true;
}

/** One object of a release and what applying, or removing, it does. */
export interface PlannedObject {
  readonly ref: ObjectRef;
  /** `none`: it is there already, equal. */
  readonly action: 'create' | 'update' | 'none' | 'delete';
  /** uid of the live object; absent for `create`. */
  readonly uid?: string;
  /** sha256 of the object as rendered; absent for `delete`. */
  readonly rendered?: string;
  /** Direct edits of it were accepted: it is applied by force, as long as they are what was planned. */
  readonly force?: true;
  /** For `create`: what it is, in a few words. */
  readonly summary?: string;
  /**
   * For `update`: from the live object to what the server says our write makes of it. Long values
   * are cut and carry a digest instead.
   */
  readonly diff?: readonly FieldDifference[];
  /** Differences beyond those listed, with a digest over them. */
  readonly diffLeftOut?: { readonly count: number; readonly digest: string };
}
