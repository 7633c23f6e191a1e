import type { KubernetesObject, ObjectRef } from '../kubernetes-object.ts';
import type { Webhook } from '../mesh/webhook-shapes.ts';
import type { Difference } from '../report.ts';
import type { PodTemplate } from '../restart/manual/pod-template.ts';

/** Labels or annotations by key; `null` means absent. */
export type KeyedValues = Readonly<Record<string, string | null>>;

/** What a tag or a default validator consists of, as far as it is moved. */
export interface WebhookState {
  readonly labels: KeyedValues;
  readonly webhooks: readonly Webhook[];
}

/**
 * One mutation with all that its undo needs, written down before it is made. An undo puts `prior`
 * back only while the object is still the same (uid) and the value is still `applied`.
 */
export type Change =
  | {
      readonly kind: 'create';
      readonly ref: ObjectRef;
      /** Known once it was made; absent in an entry of a crash in between. */
      readonly uid?: string;
    }
  | {
      readonly kind: 'update';
      readonly ref: ObjectRef;
      readonly uid: string;
      readonly prior: KubernetesObject;
      /** What the server said, in a dry run, that our write makes of it. */
      readonly applied: KubernetesObject;
    }
  | {
      readonly kind: 'labels';
      readonly ref: ObjectRef;
      readonly uid: string;
      readonly prior: KeyedValues;
      readonly applied: KeyedValues;
    }
  | {
      readonly kind: 'webhooks';
      readonly ref: ObjectRef;
      readonly uid: string;
      readonly prior: WebhookState;
      readonly applied: WebhookState;
    }
  | {
      readonly kind: 'restart';
      readonly ref: ObjectRef;
      readonly uid: string;
      /** Where the mark is set: in `terminationGracePeriodSeconds`; absent, in our annotation. */
      readonly by?: 'grace-period';
      /** The mark of the pod template, before and after; `null` for absent. */
      readonly prior: string | null;
      readonly applied: string;
      /** Digest of the pod template without that mark, to tell whether others changed it since. */
      readonly template?: string;
      /** Set where its pods are evicted whatever its template does: then the mark stays as it is. */
      readonly evictedBecause?: string;
      /** Labels of the pod template that change with it, where pods choose their revision by one. */
      readonly labels?: { readonly prior: KeyedValues; readonly applied: KeyedValues };
    }
  | {
      /** `spec.restartAt` of an Argo Rollout. */
      readonly kind: 'restart-at';
      readonly ref: ObjectRef;
      readonly uid: string;
      /** RFC 3339, or `null` for absent. */
      readonly prior: string | null;
      readonly applied: string;
    }
  | {
      /** The whole pod template of a workload that was injected by hand. */
      readonly kind: 'inject';
      readonly ref: ObjectRef;
      readonly uid: string;
      readonly prior: PodTemplate;
      /** What the server said, in a dry run, that our write makes of it; with the mark of our restart. */
      readonly applied: PodTemplate;
      /** Set where it is not what was planned any more: then nothing is written. */
      readonly refused?: string;
    }
  | {
      /** A pod that is evicted and made again; its manifest is a part of the record of its own. */
      readonly kind: 'recreate';
      readonly ref: ObjectRef;
      readonly uid: string;
    }
  | {
      readonly kind: 'delete';
      readonly ref: ObjectRef;
      readonly uid: string;
      readonly prior: KubernetesObject;
    };

/** What one step did to the cluster, as it is kept beside the mesh. */
export interface StepJournal {
  readonly step: string;
  readonly state: 'begun' | 'done' | 'undone';
  readonly at: string;
  readonly changes: readonly Change[];
  /** Of a rollback: the recorded step whose changes are taken back, newest first, as its own journal has them. */
  readonly undoes?: { readonly runId: string; readonly step: string };
  /** Of what is undone: what others have set there since, and was left alone. */
  readonly foreign?: readonly Difference[];
}
