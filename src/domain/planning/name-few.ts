const NAMED_IN_A_TITLE = 5;

/** Titles travel in every history; what is beyond the first few stands in the step. */
export function nameFew(names: readonly string[]): string {
  const rest = names.length - NAMED_IN_A_TITLE;
  const few = names.slice(0, NAMED_IN_A_TITLE).join(', ');
  return rest > 0 ? `${few} and ${rest} more` : few;
}
