import { describe, expect, it } from '@jest/globals';
import { mustBeAcknowledged } from '../../../src/domain/drift/drift.ts';
import { findDrift, type DriftFacts } from '../../../src/domain/drift/find-drift.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { appliedByInstaller, kubernetesObject, managedBy } from '../../installers/support.ts';
import {
  APPLIED,
  edited,
  ENV,
  istiod,
  item,
  linesOf,
  RENDERED,
  SAMPLING,
  UNTOUCHED,
  variable,
  type Line,
  type Variable,
} from './edited-istiod.ts';

const EDIT = managedBy('kubectl-edit', 'Update', variable('SAMPLING', { 'f:value': {} }));
const ADD = managedBy('kubectl-set', 'Update', variable('MORE'));
const BOTH: readonly Variable[] = [...RENDERED, { name: 'MORE', value: 'x' }];
const CASES: readonly {
  readonly name: string;
  readonly facts: DriftFacts;
  readonly lines: readonly Line[];
  readonly asked: boolean;
}[] = [
  {
    name: 'of a value that the target sets is reset',
    facts: edited([{ name: 'SAMPLING', value: '50' }], [EDIT], {
      conflicts: [`.${SAMPLING}`],
    }),
    lines: [
      {
        field: SAMPLING,
        kind: 'changed',
        manager: 'kubectl-edit',
        expected: '1',
        found: '50',
        next: '2',
        outcome: 'reset',
      },
    ],
    asked: true,
  },
  {
    name: 'that the target happens to make too stays',
    facts: edited([{ name: 'SAMPLING', value: '2' }], [EDIT]),
    lines: [
      {
        field: SAMPLING,
        kind: 'changed',
        manager: 'kubectl-edit',
        expected: '1',
        found: '2',
        next: '2',
        outcome: 'kept',
      },
    ],
    asked: false,
  },
  {
    name: 'that takes a variable away is reset, by nobody that is on record',
    facts: edited([], []),
    lines: [
      {
        field: `${ENV}[name="SAMPLING"]`,
        kind: 'removed',
        expected: { name: 'SAMPLING', value: '1' },
        next: { name: 'SAMPLING', value: '2' },
        outcome: 'reset',
      },
    ],
    asked: true,
  },
  {
    name: 'that adds a variable stays, as one edit',
    facts: edited(BOTH, [ADD], {
      old: istiod(BOTH),
      next: istiod([...BOTH.slice(1), { name: 'SAMPLING', value: '2' }]),
    }),
    lines: [
      {
        field: `${ENV}[name="MORE"]`,
        kind: 'added',
        manager: 'kubectl-set',
        found: { name: 'MORE', value: 'x' },
        next: { name: 'MORE', value: 'x' },
        outcome: 'kept',
      },
    ],
    asked: false,
  },
  {
    name: 'that adds a variable which the target brings with another value is reset',
    facts: edited(BOTH, [ADD], {
      old: istiod(BOTH),
      next: istiod([...RENDERED, { name: 'MORE', value: 'y' }]),
      conflicts: [`.${ENV}[name="MORE"].value`],
    }),
    lines: [
      {
        field: `${ENV}[name="MORE"].value`,
        kind: 'added',
        manager: 'kubectl-set',
        found: 'x',
        next: 'y',
        outcome: 'reset',
      },
    ],
    asked: true,
  },
  {
    name: 'under the name of the installer is found by what the render lacks',
    facts: {
      ...UNTOUCHED,
      live: istiod(BOTH, [appliedByInstaller(merged(variable('SAMPLING'), 'MORE'))]),
    },
    lines: [
      {
        field: `${ENV}[name="MORE"]`,
        kind: 'added',
        manager: 'istio-operator',
        found: { name: 'MORE', value: 'x' },
        outcome: 'reset',
      },
    ],
    asked: true,
  },
  {
    name: 'of which the configuration that was read back knows stays, and is taken over by force',
    facts: edited([{ name: 'SAMPLING', value: '50' }], [EDIT], {
      old: istiod([{ name: 'SAMPLING', value: '50' }]),
      oldRender: istiod([{ name: 'SAMPLING', value: '50' }]),
      next: istiod([{ name: 'SAMPLING', value: '50.0' }]),
      conflicts: [`.${SAMPLING}`],
    }),
    lines: [
      {
        field: SAMPLING,
        kind: 'changed',
        manager: 'kubectl-edit',
        found: '50',
        next: '50',
        outcome: 'kept',
      },
    ],
    asked: true,
  },
  {
    name: 'of an object of which the running version has no render is known by the conflict alone',
    facts: {
      live: istiod([{ name: 'SAMPLING', value: '50' }], [EDIT]),
      next: istiod([{ name: 'SAMPLING', value: '2' }]),
      conflicts: [`.${SAMPLING}`],
    },
    lines: [
      {
        field: SAMPLING,
        kind: 'changed',
        manager: 'kubectl-edit',
        found: '50',
        next: '2',
        outcome: 'reset',
      },
    ],
    asked: true,
  },
];

describe('a direct edit', () => {
  it('is none where the object is as its installer made it, whatever the target changes', () => {
    expect(findDrift(UNTOUCHED)).toEqual({
      ref: { apiVersion: 'v1', kind: 'Deployment', namespace: 'istio-system', name: 'istiod' },
      drifts: [],
      needsForce: false,
    });
  });

  it.each(CASES)('$name', ({ facts, lines, asked }) => {
    expect(linesOf(UNTOUCHED)).toEqual([]);
    expect(linesOf(facts)).toEqual(lines);
    expect(mustBeAcknowledged(findDrift(facts))).toBe(asked);
  });
});

it("of an object that the installer never applied is none: all of it is somebody else's", () => {
  const more = managedBy('kubectl', 'Update', variable('MORE'));
  const env = [{ name: 'MORE', value: 'x' }];
  const facts = (managers: readonly object[]): DriftFacts => ({
    live: istiod(env, managers),
    next: istiod(env),
    conflicts: [],
  });

  expect(linesOf(facts([APPLIED, more]))).toHaveLength(1);
  expect(linesOf(facts([more]))).toEqual([]);
});

/** The FieldsV1 of two variables. */
function merged(fields: object, name: string): object {
  const text = JSON.stringify(fields).replace(
    '"f:env":{',
    `"f:env":{${JSON.stringify(item(name))}:{".":{},"f:name":{},"f:value":{}},`,
  );
  return JSON.parse(text) as object;
}

describe('the mesh configuration', () => {
  const OWNED = appliedByInstaller({ 'f:data': { 'f:mesh': {} } });
  const EDITED = managedBy('kubectl-edit', 'Update', { 'f:data': { 'f:mesh': {} } });
  const config = (mesh: string, managedFields: readonly object[] = []): KubernetesObject =>
    kubernetesObject('ConfigMap', 'istio', { metadata: { managedFields }, data: { mesh } });
  const facts = (mesh: string): DriftFacts => ({
    live: config(mesh, [EDITED, managedBy('istio-operator', 'Apply', { 'f:metadata': {} })]),
    old: config('accessLogFile: ""\nenableTracing: true\n'),
    oldRender: config('accessLogFile: ""\nenableTracing: true\n'),
    next: config('accessLogFile: ""\nenableTracing: true\n'),
    conflicts: ['.data.mesh'],
  });

  it('is compared by what it says, one setting at a time', () => {
    expect(linesOf(facts('enableTracing: true\naccessLogFile: /dev/stdout\n'))).toEqual([
      {
        field: 'data.mesh.accessLogFile',
        kind: 'changed',
        manager: 'kubectl-edit',
        expected: '',
        found: '/dev/stdout',
        next: '',
        outcome: 'reset',
      },
    ]);
  });

  it('that only reads otherwise loses nothing, and is taken over by force', () => {
    const found = findDrift(facts('enableTracing: true\naccessLogFile: ""\n'));

    expect(found.needsForce).toBe(true);
    expect(found.drifts.map(({ outcome }) => outcome)).toEqual(['kept']);
  });

  it('that is whose it was is not looked at', () => {
    const live = config('accessLogFile: ""\nenableTracing: true\n', [OWNED]);

    expect(findDrift({ ...facts(''), live, conflicts: [] }).drifts).toEqual([]);
  });
});
