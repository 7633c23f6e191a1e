/** A step as far as the order of an undo goes. */
export interface UndoableStep {
  readonly id: string;
  /** What the undo of all others relies on: in place, that the old control plane injects again. */
  readonly undoFirst?: true;
}

/** The order in which steps are taken back: newest first, after those that others rely on. */
export function undoOrder<S extends UndoableStep>(steps: readonly S[]): readonly S[] {
  const backwards = steps.toReversed();
  return [
    ...backwards.filter(({ undoFirst }) => undoFirst === true),
    ...backwards.filter(({ undoFirst }) => undoFirst !== true),
  ];
}
