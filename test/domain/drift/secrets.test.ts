import { describe, expect, it } from '@jest/globals';
import { findDrift, type DriftFacts } from '../../../src/domain/drift/find-drift.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { kubernetesObject, managedBy } from '../../installers/support.ts';
import { istiod, UNTOUCHED, variable } from './edited-istiod.ts';

describe('a secret', () => {
  const EDIT = managedBy('kubectl-edit', 'Update', variable('KEY', { 'f:value': {} }));
  const text = (facts: DriftFacts): string => JSON.stringify(findDrift(facts).drifts);

  it('is not shown where somebody wrote it in place of its reference', () => {
    const from = { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'k' } } };
    const live = istiod([{ name: 'KEY', value: 'hunter2' }], [EDIT]);

    const shown = text({ ...UNTOUCHED, live, old: istiod([from]), next: istiod([from]) });

    expect(shown).toMatch(/"kind":"(changed|added)"/);
    expect(shown).not.toMatch(/hunter2/);
  });

  it('is not shown of a variable that is named like one', () => {
    const live = istiod([{ name: 'DB_PASSWORD', value: 'hunter2' }], [EDIT]);
    const old = istiod([{ name: 'DB_PASSWORD', value: 'hunter1' }]);

    const shown = text({ ...UNTOUCHED, live, old, next: old });

    expect(shown).toMatch(/\(hidden\)/);
    expect(shown).not.toMatch(/hunter/);
  });

  it('is not shown of an object that is one', () => {
    const secret = (value: string): KubernetesObject =>
      kubernetesObject('Secret', 'cacerts', { data: { key: value } });

    const shown = text({
      live: secret('aHVudGVyMg=='),
      old: secret('aHVudGVyMQ=='),
      next: secret('aHVudGVyMQ=='),
      conflicts: [],
    });

    expect(shown).toMatch(/data\.key.*\(hidden\)/);
    expect(shown).not.toMatch(/aHVu/);
  });
});
