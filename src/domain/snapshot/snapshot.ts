import type { Json } from '../kubernetes-object.ts';

/**
 * The state to which a run returns: the projection of "restored means" (docs/restored.md), as one
 * flat map from where a value is to the value. Flat, so that two snapshots differ exactly where
 * their entries do.
 */
export type Snapshot = Readonly<Record<string, Json>>;
