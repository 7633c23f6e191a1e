import type { LabelSelector } from './capacity.ts';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];
type Labels = Readonly<Record<string, string>>;

/**
 * Whether labels satisfy a Kubernetes label selector: all of `matchLabels` and `matchExpressions`.
 * A selector without either selects everything; `NotIn` is also satisfied by a label that is not there
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/).
 * Throws on what the API server would not have taken: `selectorFault` tells beforehand.
 */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  const fault = selectorFault(selector);
  if (fault !== undefined) throw new Error(fault);
  return (
    Object.entries(selector.matchLabels ?? {}).every(
      ([key, value]) => labelOf(labels, key) === value,
    ) && (selector.matchExpressions ?? []).every((each) => matchesRequirement(each, labels))
  );
}

/** What is wrong with a selector, or nothing: the API server takes only selectors without a fault. */
export function selectorFault({ matchExpressions = [] }: LabelSelector): string | undefined {
  return matchExpressions.map(requirementFault).find((fault) => fault !== undefined);
}

/** A selector that asks for nothing: it selects everything. */
export function isEmptySelector({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

function requirementFault({ key, operator, values = [] }: Requirement): string | undefined {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? undefined
        : `expected operator ${operator} of label ${key} to list values, found none`;
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? undefined
        : `expected operator ${operator} of label ${key} to have no values, found ${values.join(', ')}`;
    default:
      return unknownOperator(key, operator);
  }
}

function matchesRequirement({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      throw new Error(unknownOperator(key, operator));
  }
}

/** The type says that there is no fifth operator; a cluster of another day may. */
function unknownOperator(key: string, operator: never): string {
  return `expected operator In, NotIn, Exists or DoesNotExist for label ${key}, found ${JSON.stringify(operator)}`;
}

/** A label may be called `constructor`; an inherited property is no label. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
