/** How a run ends when it returns; a failed rollback fails the workflow instead. */
export const OUTCOMES = ['Succeeded', 'Blocked', 'RolledBack', 'Halted'] as const;
export type Outcome = (typeof OUTCOMES)[number];
