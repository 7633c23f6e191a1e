import type { InjectorFacts } from '../../../../src/domain/inventory/webhook-facts.ts';
import { sampleInventory, withWebhooks } from '../../../support/sample-inventory.ts';
import { sampleMesh, workload } from '../../../support/sample-mesh.ts';
import { inert, tagOf } from '../../inventory/injectors.ts';
import { found, foundWorkload, type RuleCase } from '../rule-case.ts';

const MISSING = {
  service: { namespace: 'istio-system', name: 'istiod-gone', exists: false, readyEndpoints: 0 },
};

const { injectors: INJECTORS } = sampleInventory(sampleMesh());

/** The sample's injectors with these added, or in the place of those of the same name. */
function withInjectors(...added: readonly InjectorFacts[]) {
  const names = new Set(added.map(({ name }) => name));
  return found({ injectors: [...INJECTORS.filter(({ name }) => !names.has(name)), ...added] });
}

const SOME_TEMPLATE = {
  kind: 'refused',
  webhook: 'istio-revision-tag-prod-stable/rev.namespace.sidecar-injector.istio.io',
  why: 'it asks for injection template "x"',
} as const;

/** Who would inject, against who did. */
export const INJECTION_CASES: readonly RuleCase[] = [
  {
    code: 'InjectorsOverlap',
    policy: 'asks about two injectors with the same selectors',
    given: withInjectors({ ...tagOf('prod-stable', '1-25-1'), name: 'left-over' }),
    expected: [
      ['overridable', 'MutatingWebhookConfiguration istio-revision-tag-prod-stable and left-over'],
    ],
    nearMiss: {
      what: 'two of which one was put out of use',
      given: withInjectors({ ...inert(tagOf('prod-stable', '1-25-1')), name: 'left-over' }),
    },
  },
  {
    code: 'InjectorsOverlap',
    policy: 'asks once about two injectors that would both inject several workloads',
    given: ((): ReturnType<typeof found> => {
      const prediction = { kind: 'ambiguous', webhooks: ['b/x', 'a/x'] } as const;
      const { inventory, ...given } = foundWorkload({ prediction });
      const workloads = inventory.workloads.map((each) => ({ ...each, prediction }));
      return { ...given, inventory: { ...inventory, workloads } };
    })(),
    expected: [['overridable', 'MutatingWebhookConfiguration a and b']],
    nearMiss: { what: 'workloads with one injector each', given: foundWorkload({}) },
  },
  {
    code: 'SidecarWouldBeLost',
    policy: 'asks about a workload whose proxies would be gone after a restart',
    given: foundWorkload({ prediction: { kind: 'none', why: 'no injection webhook selects it' } }),
    expected: [['overridable', 'Deployment shop/extra']],
    nearMiss: {
      what: 'one whose proxy stands in its template',
      given: foundWorkload({
        prediction: { kind: 'none', why: 'no injection webhook selects it' },
        manualProxyImage: 'docker.io/istio/proxyv2:1.25.1',
        podsWithProxy: 1,
      }),
    },
  },
  {
    code: 'SidecarWouldBeGained',
    policy: 'asks about a workload whose pods would come back with a proxy',
    given: found({}, { workloads: [workload({ podsByRevision: { none: 2 } })] }),
    expected: [['overridable', 'Deployment shop/cart']],
    nearMiss: {
      what: 'one that was scaled to nothing',
      given: found(
        {},
        { workloads: [workload({ desiredPods: 0, readyPods: 0, podsByRevision: {} })] },
      ),
    },
  },
  {
    code: 'SidecarWouldBeGained',
    policy: 'asks about a workload of which some pods have no proxy yet',
    given: found({}, { workloads: [workload({ podsByRevision: { none: 1, '1-25-1': 1 } })] }),
    expected: [['overridable', 'Deployment shop/cart']],
    nearMiss: {
      what: 'one without a proxy that nobody would inject',
      given: foundWorkload({
        podsWithProxy: 0,
        podsWithoutProxy: 2,
        prediction: { kind: 'none', why: 'it says sidecar.istio.io/inject: false' },
      }),
    },
  },
  {
    code: 'PodCreationRefused',
    policy: 'refuses a workload whose new pods the injector turns away',
    given: foundWorkload({ prediction: SOME_TEMPLATE }),
    expected: [['blocking', 'Deployment shop/extra']],
    nearMiss: {
      what: 'one under a webhook that nobody answers, which has a finding of its own',
      given: ((): ReturnType<typeof found> => {
        const given = foundWorkload({ prediction: SOME_TEMPLATE });
        const dead = withInjectors(withWebhooks(tagOf('prod-stable', '1-25-1'), MISSING));
        const { injectors } = dead.inventory;
        return { ...given, inventory: { ...given.inventory, injectors } };
      })(),
    },
  },
];
