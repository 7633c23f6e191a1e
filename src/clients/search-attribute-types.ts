/** Search attributes that the workflows set, with their type's name as Temporal's CLI spells it. */
export const SEARCH_ATTRIBUTES = {
  MeshCluster: 'Keyword',
  MeshTarget: 'Keyword',
  MeshPhase: 'Keyword',
  MeshAwaitingApproval: 'Bool',
} as const;

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
export const IndexedValueType = { Keyword: 2, Bool: 5 } as const;
