import { isJsonList, isJsonObject, sameJson } from '../json.ts';
import type { Json } from '../kubernetes-object.ts';
import type { NewPart, Step } from './new-parts.ts';

/**
 * Which of the new parts an object uses, as people write them: `spec.http[].retries.backoff`,
 * `spec.mode: NEW`. Each once, however often it is used.
 */
export function usedParts(object: unknown, parts: readonly NewPart[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => usesOf(object, part)))];
}

function usesOf(object: unknown, { steps, used }: NewPart): readonly string[] {
  const path = formatSteps(steps);
  const values = valuesAt(object, steps);
  switch (used.kind) {
    case 'present':
      return values.length > 0 ? [path] : [];
    case 'value-outside':
      return values
        .filter((value) => !used.allowed.some((each) => sameJson(each, value)))
        .map((value) => `${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    case 'key-outside':
      return values
        .flatMap((value) => (isJsonObject(value) ? Object.keys(value) : []))
        .filter((key) => !used.allowed.includes(key))
        .map((key) => `${path}.${key}`);
  }
}

/** Everything at a place; `null` is as good as nothing. */
function valuesAt(object: unknown, steps: readonly Step[]): readonly Json[] {
  let found: readonly unknown[] = [object];
  for (const step of steps) {
    found = found.flatMap((value) => inside(value, step));
    if (found.length === 0) return [];
  }
  return found as readonly Json[];
}

function inside(value: unknown, step: Step): readonly unknown[] {
  switch (step.kind) {
    case 'field': {
      const found =
        isJsonObject(value) && Object.hasOwn(value, step.name) ? value[step.name] : null;
      return found === null || found === undefined ? [] : [found];
    }
    case 'items':
      return isJsonList(value) ? value : [];
    case 'values':
      return isJsonObject(value) ? Object.values(value) : [];
  }
}

function formatSteps(steps: readonly Step[]): string {
  return steps.reduce((text, step) => {
    switch (step.kind) {
      case 'field':
        return text === '' ? step.name : `${text}.${step.name}`;
      case 'items':
        return `${text}[]`;
      case 'values':
        return `${text}.*`;
    }
  }, '');
}
