import { cutValue } from '../diff/cut-differences.ts';
import type { Finding } from '../finding.ts';
import type { Json } from '../kubernetes-object.ts';
import type { Feature } from './features.ts';

/** Each feature that the target would run without. */
export function featureFindings(
  features: readonly Feature[],
  { target, digest }: { readonly target: string; readonly digest: (text: string) => string },
): readonly Finding[] {
  return features
    .filter(({ outcome }) => outcome === 'lost')
    .map(({ name, subject, field, byDefault, value, next }) => ({
      code: 'FeatureLost',
      severity: 'overridable',
      subject: field === '' ? subject : `${subject} ${field}`,
      message: `expected ${name} in ${target} as it is configured, found that there the configuration makes no difference: ${show(value, digest)} now (by itself ${show(byDefault, digest)}), ${show(next, digest)} then`,
      remedy: `look in the notes of ${target} for what stands in its place, or accept its loss with an override`,
    }));
}

function show(value: Json | undefined, digest: (text: string) => string): string {
  if (value === undefined) return 'nothing';
  return JSON.stringify(cutValue(value, digest));
}

/** The features in words, each once, in a fixed order. */
export function nameFeatures(
  features: readonly Feature[],
  components: readonly string[],
): readonly string[] {
  return [...new Set([...components, ...features.map(({ name }) => name)])].toSorted();
}
