import { describe, expect, it } from '@jest/globals';
import type { Drift } from '../../../src/domain/drift/drift.ts';
import { mustBeAcknowledged } from '../../../src/domain/drift/drift.ts';
import { findDrift, type DriftFacts } from '../../../src/domain/drift/find-drift.ts';
import type { KubernetesObject } from '../../../src/domain/kubernetes-object.ts';
import { appliedByInstaller, kubernetesObject, managedBy } from '../../installers/support.ts';

const item = (name: string): string => `k:${JSON.stringify({ name })}`;
const variable = (
  name: string,
  fields: object = { '.': {}, 'f:name': {}, 'f:value': {} },
): object => inDiscovery({ 'f:env': { [item(name)]: fields } });
const inDiscovery = (fields: object): object => ({
  'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [item('discovery')]: fields } } } },
});
const ENV = 'spec.template.spec.containers[name="discovery"].env';
const SAMPLING = `${ENV}[name="SAMPLING"].value`;

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

function istiod(env: readonly Variable[], managedFields: readonly object[] = []): KubernetesObject {
  return kubernetesObject('Deployment', 'istiod', {
    metadata: { managedFields },
    spec: { template: { spec: { containers: [{ name: 'discovery', env }] } } },
  });
}

const APPLIED = appliedByInstaller(variable('SAMPLING'));
const RENDERED: readonly Variable[] = [{ name: 'SAMPLING', value: '1' }];
const UNTOUCHED: DriftFacts = {
  live: istiod(RENDERED, [APPLIED]),
  old: istiod(RENDERED),
  oldRender: istiod(RENDERED),
  next: istiod([{ name: 'SAMPLING', value: '2' }]),
  conflicts: [],
};

/** An edit, by what is there then and what dry runs and the target make of it. */
function edited(
  env: readonly Variable[],
  managers: readonly object[],
  more: Partial<DriftFacts> = {},
): DriftFacts {
  return { ...UNTOUCHED, live: istiod(env, [APPLIED, ...managers]), ...more };
}

type Line = Pick<Drift, 'field' | 'kind' | 'outcome'> & Partial<Drift>;

function linesOf(facts: DriftFacts): readonly Line[] {
  return findDrift(facts).drifts.map(({ ref: _ref, ...line }) => line);
}

describe('a direct edit', () => {
  it('is none where the object is as its installer made it, whatever the target changes', () => {
    expect(findDrift(UNTOUCHED)).toEqual({
      ref: { apiVersion: 'v1', kind: 'Deployment', namespace: 'istio-system', name: 'istiod' },
      drifts: [],
      needsForce: false,
    });
  });

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

  it.each(CASES)('$name', ({ facts, lines, asked }) => {
    expect(linesOf(UNTOUCHED)).toEqual([]);
    expect(linesOf(facts)).toEqual(lines);
    expect(mustBeAcknowledged(findDrift(facts))).toBe(asked);
  });
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

describe('what is written in normal operation', () => {
  const FAILURE = '.webhooks[name="rev.validation.istio.io"].failurePolicy';
  const SELECTOR = '.webhooks[name="namespace.sidecar-injector.istio.io"].namespaceSelector';
  const hook = (name: string, fields: object): object => ({
    'f:webhooks': { [item(name)]: fields },
  });
  const NOISE: readonly {
    readonly name: string;
    readonly kind: string;
    readonly more: (of: 'live' | 'next') => Readonly<Record<string, unknown>>;
    readonly by: (manager: string) => object;
    readonly manager: string;
    readonly conflicts: readonly string[];
  }[] = [
    {
      name: 'the failure policy that istiod makes strict',
      kind: 'ValidatingWebhookConfiguration',
      more: (of) => ({
        webhooks: [
          { name: 'rev.validation.istio.io', failurePolicy: of === 'live' ? 'Fail' : 'Ignore' },
        ],
      }),
      by: (manager) =>
        managedBy(manager, 'Update', hook('rev.validation.istio.io', { 'f:failurePolicy': {} })),
      manager: 'pilot-discovery-1.25.1',
      conflicts: [FAILURE],
    },
    {
      name: 'the selectors that istioctl takes away when a tag becomes the default',
      kind: 'MutatingWebhookConfiguration',
      more: (of) => ({
        webhooks: [
          {
            name: 'namespace.sidecar-injector.istio.io',
            namespaceSelector: { matchLabels: { a: of } },
          },
        ],
      }),
      by: (manager) =>
        managedBy(
          manager,
          'Update',
          hook('namespace.sidecar-injector.istio.io', { 'f:namespaceSelector': {} }),
        ),
      manager: 'istioctl-1.25.1',
      conflicts: [SELECTOR],
    },
    {
      name: 'the number of replicas that an autoscaler sets',
      kind: 'Deployment',
      more: (of) => ({ spec: { replicas: of === 'live' ? 3 : 1 } }),
      by: (manager) => ({
        ...managedBy(manager, 'Update', { 'f:spec': { 'f:replicas': {} } }),
        subresource: 'scale',
      }),
      manager: 'kube-controller-manager',
      conflicts: ['.spec.replicas'],
    },
    {
      name: 'the values that are a record for people',
      kind: 'ConfigMap',
      more: (of) => ({ data: { 'merged-values': `of: ${of}` } }),
      by: (manager) => managedBy(manager, 'Apply', { 'f:data': { 'f:merged-values': {} } }),
      manager: 'istio-operator',
      conflicts: [],
    },
    {
      name: 'the address of a Service',
      kind: 'Service',
      more: (of) => ({ spec: { clusterIP: of === 'live' ? '10.0.0.1' : '10.0.0.2' } }),
      by: (manager) => managedBy(manager, 'Apply', { 'f:spec': { 'f:clusterIP': {} } }),
      manager: 'istio-operator',
      conflicts: [],
    },
  ];

  function factsOf(
    { kind, more, by, conflicts }: (typeof NOISE)[number],
    manager: string,
  ): DriftFacts {
    const old = kubernetesObject(kind, 'x', more('next'));
    const managedFields = [appliedByInstaller({ 'f:metadata': { 'f:labels': {} } }), by(manager)];
    return {
      live: kubernetesObject(kind, 'x', { ...more('live'), metadata: { managedFields } }),
      old,
      oldRender: old,
      next: old,
      conflicts,
    };
  }

  it.each(NOISE)('never counts: $name', (noise) => {
    expect(findDrift(factsOf(noise, noise.manager))).toMatchObject({
      drifts: [],
      needsForce: false,
    });
  });

  it.each(NOISE.filter(({ conflicts, kind }) => conflicts.length > 0 && kind !== 'Deployment'))(
    'counts by whoever else: $name',
    (noise) => {
      expect(findDrift(factsOf(noise, 'kubectl-edit')).needsForce).toBe(true);
    },
  );
});

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
