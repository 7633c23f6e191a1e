import type { Json, ObjectRef } from '../kubernetes-object.ts';

/** One field of a live object that is not what the installer made of it. */
export interface Drift {
  readonly ref: ObjectRef;
  /** Such as `spec.template.spec.containers[name="discovery"].env[name="X"].value`; empty: the object. */
  readonly field: string;
  /** What somebody did to it. */
  readonly kind: 'changed' | 'added' | 'removed';
  /** Who, as far as the API server recorded it; nobody is recorded for what is gone. */
  readonly manager?: string;
  /** What the running version's installer made of it; absent where it sets nothing there. */
  readonly expected?: Json;
  /** What is there now; absent where there is nothing. */
  readonly found?: Json;
  /** What will be there once the object is applied; absent where nothing will be. */
  readonly next?: Json;
  /** Whether applying the object takes the edit back. */
  readonly outcome: 'reset' | 'kept';
}

/** All that is known of the drift of one object. */
export interface ObjectDrift {
  readonly ref: ObjectRef;
  readonly drifts: readonly Drift[];
  /** Fields of others stand in the way of applying it: without force the API server refuses. */
  readonly needsForce: boolean;
}

/** Whether somebody has to accept what applying the object does. */
export function mustBeAcknowledged({ drifts, needsForce }: ObjectDrift): boolean {
  return needsForce || drifts.some(({ outcome }) => outcome === 'reset');
}
