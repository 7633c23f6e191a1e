import type { ManualInjection } from '../../../config/config.ts';
import {
  formatRef,
  type KubernetesObject,
  type ObjectRef,
} from '../../../domain/kubernetes-object.ts';
import type { InjectorConfiguration } from '../../../installers/installer.ts';
import { nameInRevision } from '../../../installers/istioctl/index.ts';
import { digestOf } from '../../../clients/digest.ts';
import { ActivityError } from '../../errors.ts';
import { readOne } from './read-originals.ts';

/** Texts that a person gives in place of what an injector has. */
export type GivenConfiguration = Partial<InjectorConfiguration>;

/** Reads the files that are named; throws `UnreadableOriginals`. */
export function readGiven(given: ManualInjection): GivenConfiguration {
  const { injectConfigFile, meshConfigFile, valuesFile } = given;
  return {
    ...(injectConfigFile === undefined ? {} : { injectConfig: readOne(injectConfigFile) }),
    ...(meshConfigFile === undefined ? {} : { meshConfig: readOne(meshConfigFile) }),
    ...(valuesFile === undefined ? {} : { values: readOne(valuesFile) }),
  };
}

/** What binds a plan to these files; `undefined` where there are none. */
export function digestGiven(given: GivenConfiguration): string | undefined {
  return Object.keys(given).length === 0 ? undefined : digestOf(given);
}

/** The ConfigMaps that hold what the injector of a revision is configured with. */
export function injectorSources(revision: string, meshNamespace: string): readonly ObjectRef[] {
  return ['istio-sidecar-injector', 'istio'].map((baseName) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: meshNamespace,
    name: nameInRevision(baseName, revision),
  }));
}

/** The configuration of a revision's injector out of its ConfigMaps, what was given in its place. */
export function injectorConfiguration(
  sources: readonly KubernetesObject[],
  { revision, given }: { readonly revision: string; readonly given: GivenConfiguration },
): InjectorConfiguration {
  const textOf = (baseName: string, key: string): string => {
    const name = nameInRevision(baseName, revision);
    const source = sources.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name,
    );
    const text = (source?.['data'] as Readonly<Record<string, string>> | undefined)?.[key];
    if (text !== undefined) return text;
    throw new ActivityError(
      'InstallerFailed',
      `expected key ${key} in ${formatRef({ apiVersion: 'v1', kind: 'ConfigMap', name })}, from which the injector of ${revision} is configured, found none`,
    );
  };
  return {
    injectConfig: given.injectConfig ?? textOf('istio-sidecar-injector', 'config'),
    meshConfig: given.meshConfig ?? textOf('istio', 'mesh'),
    values: given.values ?? textOf('istio-sidecar-injector', 'values'),
  };
}
