/** The mesh that a rig begins with. */
export const STARTING_MESH = {
  version: '1.25.1',
  revision: '1-25-1',
  tags: ['prod-stable', 'default'],
} as const;

/** What Istio calls the revision of an installation without one. */
export const UNREVISIONED = 'default';
