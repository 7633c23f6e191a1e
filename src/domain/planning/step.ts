import type { ServiceIdentity } from '../in-place/service-identity.ts';
import type { WorkloadRef } from '../mesh/observed-mesh.ts';
import type { LeftWorkload, PlannedWorkload } from '../restart/treatment.ts';
import type { ProxyTarget } from '../refresh/proxy-target.ts';
import type { PlannedObject } from './plan.ts';

/** What takes a step back. `keep` says why nothing does. */
export type StepUndo =
  | { readonly kind: 'none' }
  | { readonly kind: 'keep'; readonly because: string }
  /** Delete what the step created and put prior values back where they are still ours. */
  | { readonly kind: 'restore-prior' }
  /** Selectors back, then pod templates, then any pod that still carries the new proxy. */
  | { readonly kind: 'undo-wave' }
  /** From here on `downgradeMesh` and `rollbackMesh` are the way back. */
  | { readonly kind: 'point-of-no-return' };

interface StepBase {
  /** Unique in the plan and stable between plans of the same mesh, e.g. `wave-1`. */
  readonly id: string;
  /** One line for people. */
  readonly title: string;
  readonly undo: StepUndo;
  /** Taken back before all others, which rely on it; absent: newest first (`rollout/undo-order.ts`). */
  readonly undoFirst?: true;
}

/** Labels of one namespace, before and after; `null` means the label is absent. */
export interface NamespaceMove {
  readonly namespace: string;
  readonly uid: string;
  readonly prior: Readonly<Record<string, string | null>>;
  readonly next: Readonly<Record<string, string | null>>;
}

/** A tag's webhook, and the revisions it points to before and after. */
export interface TagMove {
  readonly tag: string;
  readonly webhook: string;
  readonly from: string;
  readonly to: string;
}

/** Label `istio.io/rev` of a pod template, by which pods choose their revision themselves. */
export interface RevisionLabelMove {
  readonly from: string;
  readonly to: string;
}

/** One workload of a wave. */
export interface WaveWorkload extends WorkloadRef {
  /** Set where its own label has to change, which is the change of the template that restarts it. */
  readonly revisionLabel?: RevisionLabelMove;
}

/** The default validator, and the revisions that it sends to before and after. */
export interface ValidatorMove {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export type UpgradeStep = StepBase &
  (
    | { readonly kind: 'snapshot' }
    | {
        readonly kind: 'apply-crds';
        readonly component: 'Base';
        readonly objects: readonly PlannedObject[];
      }
    | {
        readonly kind: 'install-control-plane';
        readonly component: 'Pilot';
        readonly objects: readonly PlannedObject[];
      }
    | {
        readonly kind: 'verify-control-plane';
        readonly revision: string;
        /** Of an upgrade in place: Services that must have stayed what they were. */
        readonly services?: readonly ServiceIdentity[];
      }
    | {
        readonly kind: 'soak';
        readonly scope: 'control-plane' | 'wave' | 'mesh';
        readonly seconds: number;
      }
    | {
        readonly kind: 'wave';
        readonly number: number;
        readonly namespaces: readonly string[];
        readonly tagMoves: readonly TagMove[];
        readonly namespaceMoves: readonly NamespaceMove[];
        /** Of the wave that moves the tag `default`: all that is the default moves together. */
        readonly validator?: ValidatorMove;
        /** Those of its namespaces that select nothing: there only pods with a label of their own move. */
        readonly podLabelled?: readonly string[];
        readonly workloads: readonly (WaveWorkload & PlannedWorkload)[];
        readonly left: readonly LeftWorkload[];
        /** The earlier wave that moves the selectors of these workloads; undoing this one takes them back too. */
        readonly selectorsOf?: string;
        /** The wave that restarts the others that these selectors select, and how many those are. */
        readonly later?: { readonly step: string; readonly workloads: number };
        /** Of a refresh or in place, where pods keep their revision: the proxy that they are to have. */
        readonly target?: ProxyTarget;
      }
    | {
        readonly kind: 'gate';
        readonly gate: 'complete' | 'wave';
        /** Of a gate before a wave: its number. */
        readonly wave?: number;
        readonly expiresSeconds: number;
      }
    | {
        readonly kind: 'move-default';
        readonly tagMoves: readonly TagMove[];
        readonly validator?: ValidatorMove;
      }
    | { readonly kind: 'restore-labels'; readonly namespaceMoves: readonly NamespaceMove[] }
    | { readonly kind: 'census'; readonly revision: string; readonly graceSeconds: number }
    | {
        readonly kind: 'remove-control-plane';
        readonly revision: string;
        readonly objects: readonly PlannedObject[];
      }
    | { readonly kind: 'verify-mesh'; readonly revision: string }
    | {
        /** Of a rollback: the recorded step that is taken back by its journal. */
        readonly kind: 'undo-step';
        readonly of: string;
        /** Of a chain, from 2 on: the hop whose step it is. */
        readonly hop?: number;
        /** How many changes its journals list. */
        readonly changes: number;
      }
    | {
        /** Of a rollback: makes again what the recorded step removed, as its journal has it. */
        readonly kind: 'restore-control-plane';
        readonly of: string;
        readonly hop?: number;
        readonly revision: string;
        readonly objects: readonly PlannedObject[];
      }
    /** Of a rollback: compares the mesh with the snapshot of the recorded run. */
    | { readonly kind: 'prove-restored'; readonly hop?: number }
  );

export type StepKind = UpgradeStep['kind'];
export type StepOf<K extends StepKind> = Extract<UpgradeStep, { readonly kind: K }>;
