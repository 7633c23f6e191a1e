import { parseAllDocuments, type Tags } from 'yaml';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import { isJsonObject } from './json.ts';

/** What istioctl wrote is not a list of Kubernetes objects. */
export class ManifestError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ManifestError';
  }
}

/** Chart text is small and has no aliases; more is an attempt to exhaust memory. */
const MAX_ALIASES = 100;

/** The objects of a YAML stream; documents without content are dropped. */
export function parseManifest(text: string): KubernetesObject[] {
  // Go's YAML reads version 1.1 (`on` and `yes` are booleans), but no times and no base 60 numbers.
  const documents = parseAllDocuments(text, {
    version: '1.1',
    schema: 'yaml-1.1',
    customTags: withoutTimes,
    uniqueKeys: true,
  });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, index) => {
    const [fault] = document.errors;
    if (fault !== undefined) {
      throw new ManifestError(`document ${index + 1} of the manifest: ${fault.message}`, {
        cause: fault,
      });
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (value === null || value === undefined) return [];
    if (!isKubernetesObject(value)) {
      throw new ManifestError(
        `document ${index + 1} of the manifest was expected to be a Kubernetes object with apiVersion, kind and metadata.name`,
      );
    }
    return [value];
  });
}

function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) =>
    typeof tag === 'string'
      ? !['timestamp', 'intTime', 'floatTime'].includes(tag)
      : !('format' in tag && tag.format === 'TIME') && tag.tag !== 'tag:yaml.org,2002:timestamp',
  );
}

function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isJsonObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    isJsonObject(value['metadata']) &&
    typeof value['metadata']['name'] === 'string'
  );
}
