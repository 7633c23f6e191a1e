import { create, type Change, type Scenario } from './scenario.ts';

const REV = 'istio.io/rev';

/** What labels of pods do, and which workloads are named to go first. */
export const POD_LABEL_SCENARIOS: readonly Scenario[] = [
  {
    code: 'WorkloadCannotBeMoved',
    severity: 'blocking',
    subject: 'Deployment legacy/by-label',
    name: 'pods that choose their revision by a label that the selector asks for; without it the label moves',
    given: [byLabel('legacy', [REV])],
    near: { given: [byLabel('legacy', [])] },
  },
  {
    code: 'PodLabelWithoutEffect',
    severity: 'info',
    subject: 'Deployment shop/by-label',
    name: 'a label of pods whose namespace selects by itself; where it does not, the label counts',
    given: [byLabel('shop', [])],
    near: { given: [byLabel('legacy', [])] },
  },
  {
    code: 'FirstWorkloadMissing',
    severity: 'overridable',
    subject: 'Deployment shop/basket',
    name: 'a workload that is to move first and is not there',
    given: [],
    question: { first: ['Deployment shop/basket'] },
    near: { given: [], question: { first: ['Deployment shop/catalog'] } },
  },
];

/** One pod with the label of the old revision; the selector asks for its name and for these labels. */
function byLabel(namespace: string, selected: readonly string[]): Change {
  const labels = { app: 'by-label', [REV]: '1-25-1' };
  const matchLabels = Object.fromEntries(
    Object.entries(labels).filter(([key]) => key === 'app' || selected.includes(key)),
  );
  const containers = [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }];
  return create(`Deployment ${namespace}/by-label`, {
    spec: {
      replicas: 1,
      selector: { matchLabels },
      template: { metadata: { labels }, spec: { containers } },
    },
  });
}
