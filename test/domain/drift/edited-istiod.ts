import type { Drift } from '../../../src/domain/drift/drift.ts';
import { findDrift, type DriftFacts } from '../../../src/domain/drift/find-drift.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { appliedByInstaller, kubernetesObject } from '../../installers/support.ts';

export const item = (name: string): string => `k:${JSON.stringify({ name })}`;
export const variable = (
  name: string,
  fields: object = { '.': {}, 'f:name': {}, 'f:value': {} },
): object => inDiscovery({ 'f:env': { [item(name)]: fields } });
export const inDiscovery = (fields: object): object => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [item('discovery')]: fields } } } },
});
export const ENV = 'spec.template.spec.containers[name="discovery"].env';
export const SAMPLING = `${ENV}[name="SAMPLING"].value`;

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

export function istiod(
  env: readonly Variable[],
  managedFields: readonly object[] = [],
): KubernetesObject {
  return kubernetesObject('Deployment', 'istiod', {
    metadata: { managedFields },
    spec: { template: { spec: { containers: [{ name: 'discovery', env }] } } },
  });
}

export const APPLIED = appliedByInstaller(variable('SAMPLING'));
export const RENDERED: readonly Variable[] = [{ name: 'SAMPLING', value: '1' }];
export const UNTOUCHED: DriftFacts = {
  live: istiod(RENDERED, [APPLIED]),
  old: istiod(RENDERED),
  oldRender: istiod(RENDERED),
  next: istiod([{ name: 'SAMPLING', value: '2' }]),
  conflicts: [],
};

/** An edit, by what is there then and what dry runs and the target make of it. */
export function edited(
  env: readonly Variable[],
  managers: readonly object[],
  more: Partial<DriftFacts> = {},
): DriftFacts {
  return { ...UNTOUCHED, live: istiod(env, [APPLIED, ...managers]), ...more };
}

export type Line = Pick<Drift, 'field' | 'kind' | 'outcome'> & Partial<Drift>;

export function linesOf(facts: DriftFacts): readonly Line[] {
  return findDrift(facts).drifts.map(({ ref: _ref, ...line }) => line);
}
