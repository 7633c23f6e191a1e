/** Where a run over a mesh leads: an upgrade to a newer version, a downgrade to an older one. */
export type Direction = 'up' | 'down';

/** The direction of the workflow types that reach another version. */
export function directionOf(type: 'upgradeMesh' | 'downgradeMesh'): Direction {
  return type === 'downgradeMesh' ? 'down' : 'up';
}
