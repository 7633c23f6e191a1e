import type { MeshInventory } from '../../../../src/domain/inventory/inventory.ts';
import { known, unknown } from '../../../../src/domain/inventory/known.ts';
import { KNOWN_VERSIONS } from '../../../../src/domain/version/known-versions.ts';
import { controlPlaneDetail, sampleInventory } from '../../../support/sample-inventory.ts';
import { controlPlane, facts, sampleMesh } from '../../../support/sample-mesh.ts';
import { without } from '../../../support/without.ts';
import { found, foundWorkload, type RuleCase } from '../rule-case.ts';

const WHY = 'the API server refused to list them';

/** Every part of an inventory that may be unknown, with the words for it. */
const PARTS: readonly (readonly [keyof MeshInventory, string])[] = [
  ['connectedProxies', 'the proxies connected to each revision'],
  ['crds', 'CustomResourceDefinitions'],
  ['sensitive', 'EnvoyFilters and annotations that depend on the version'],
  ['budgets', 'PodDisruptionBudgets'],
  ['autoscalers', 'HorizontalPodAutoscalers'],
  ['capacity', 'free capacity of the nodes'],
];

function isKnownPart(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'known' || value.kind === 'unknown')
  );
}

/** The parts that the type says may be unknown, by the sample: none may be forgotten above. */
export const PARTS_OF_SAMPLE: readonly string[] = Object.entries(sampleInventory(sampleMesh()))
  .filter(([, value]) => isKnownPart(value))
  .map(([part]) => part);
export const PARTS_WITH_CASE: readonly string[] = PARTS.map(([part]) => part);

const UNSURE = { kind: 'unknown', why: 'the injection policy of 1-25-1: forbidden' } as const;

/** What could not be read is no pass. */
export const UNKNOWN_CASES: readonly RuleCase[] = [
  ...PARTS.map(([part, subject]): RuleCase => ({
    code: 'FactUnknown',
    policy: `asks about ${subject} that could not be read`,
    given: found({ [part]: unknown(WHY) }),
    expected: [['overridable', subject]],
    nearMiss: {
      what: 'those that were read and are none',
      given: found(part === 'capacity' ? {} : { [part]: known([]) }),
    },
  })),
  {
    code: 'FactUnknown',
    policy: 'asks about every other part that was not read',
    given: found({
      unread: [
        { what: 'Jobs', why: WHY },
        { what: 'Services', why: WHY },
      ],
    }),
    expected: [
      ['overridable', 'Jobs'],
      ['overridable', 'Services'],
    ],
    nearMiss: { what: 'a mesh that was read whole', given: found({ unread: [] }) },
  },
  {
    code: 'FactUnknown',
    policy: 'asks about a revision whose root certificate is not known',
    given: found({ controlPlanes: [without(controlPlaneDetail(controlPlane()), 'rootDigest')] }),
    expected: [['overridable', 'the root certificate of revision 1-25-1']],
    nearMiss: { what: 'one whose root is known', given: found({}) },
  },
  {
    code: 'FactUnknown',
    policy: 'asks once about all workloads under an injector whose rules cannot be read',
    given: ((): ReturnType<typeof found> => {
      const given = foundWorkload({ prediction: UNSURE });
      const workloads = given.inventory.workloads.map((each) => ({ ...each, prediction: UNSURE }));
      return { ...given, inventory: { ...given.inventory, workloads } };
    })(),
    expected: [
      [
        'overridable',
        'who injects at the next restart (the injection policy of 1-25-1: forbidden)',
      ],
    ],
    nearMiss: { what: 'workloads whose injector is known', given: foundWorkload({}) },
  },
  {
    code: 'FactUnknown',
    policy: 'asks about a target of which the version table knows nothing',
    given: facts({ versions: KNOWN_VERSIONS.filter(({ minor }) => minor !== '1.26') }),
    expected: [['overridable', 'Istio 1.26.1']],
    nearMiss: {
      what: 'a table without a minor that is neither running nor asked for',
      given: facts({ versions: KNOWN_VERSIONS.filter(({ minor }) => minor !== '1.27') }),
    },
  },
  {
    code: 'FactUnknown',
    policy: 'asks about a target of which no row says what Kubernetes it needs',
    given: facts({
      versions: KNOWN_VERSIONS.map((row) =>
        row.minor === '1.26' ? { ...row, minimumKubernetes: [] } : row,
      ),
    }),
    expected: [['overridable', 'the Kubernetes that Istio 1.26.1 needs']],
    nearMiss: {
      what: 'a running version of which no row says it',
      given: facts({
        versions: KNOWN_VERSIONS.map((row) =>
          row.minor === '1.25' ? { ...row, minimumKubernetes: [] } : row,
        ),
      }),
    },
  },
];
