import type { MinorFacts, VersionTable } from './version-table.ts';

/**
 * Where the facts come from. Days of release and end of support, and the Kubernetes minors that a
 * release is tested with: `data/compatibility/supportStatus.yml` of istio/istio.io, which is the table
 * of https://istio.io/latest/docs/releases/supported-releases/. An end that is only "expected" there
 * is left out. From 1.24 on the least Kubernetes is `MinK8SVersion` of the release's own
 * `istioctl/pkg/install/k8sversion/version.go`; before, the oldest minor of the same table.
 */
const TABLE = 'https://istio.io/latest/docs/releases/supported-releases/';
const AS_OF = '2026-09-12';

/**
 * The minors that are known, oldest first; add a row for a new one, or say it in `meshlift.yaml`.
 * Istio publishes no list of releases that it took back, so none is named here.
 */
export const KNOWN_VERSIONS: VersionTable = [
  row('1.20', {
    released: '2023-11-14',
    supportEnds: '2024-06-25',
    minimumKubernetes: [{ since: '1.20.0', minor: 25 }],
    testedKubernetes: 29,
  }),
  row('1.21', {
    released: '2024-03-13',
    supportEnds: '2024-09-27',
    minimumKubernetes: [{ since: '1.21.0', minor: 26 }],
    testedKubernetes: 29,
  }),
  row('1.22', {
    released: '2024-05-13',
    supportEnds: '2025-01-22',
    minimumKubernetes: [{ since: '1.22.0', minor: 27 }],
    testedKubernetes: 30,
  }),
  row('1.23', {
    released: '2024-08-14',
    supportEnds: '2025-04-16',
    minimumKubernetes: [{ since: '1.23.0', minor: 27 }],
    testedKubernetes: 30,
  }),
  row('1.24', {
    released: '2024-11-07',
    supportEnds: '2025-06-24',
    minimumKubernetes: [{ since: '1.24.0', minor: 28 }],
    testedKubernetes: 31,
  }),
  row('1.25', {
    released: '2025-03-03',
    supportEnds: '2025-09-30',
    // Raised in a patch: https://github.com/istio/istio/pull/55335.
    minimumKubernetes: [
      { since: '1.25.1', minor: 29 },
      { since: '1.25.0', minor: 28 },
    ],
    testedKubernetes: 32,
  }),
  row('1.26', {
    released: '2025-05-08',
    supportEnds: '2025-12-22',
    minimumKubernetes: [{ since: '1.26.0', minor: 29 }],
    testedKubernetes: 33,
  }),
  row('1.27', {
    released: '2025-08-11',
    supportEnds: '2026-04-07',
    minimumKubernetes: [{ since: '1.27.0', minor: 29 }],
    testedKubernetes: 33,
  }),
  row('1.28', {
    released: '2025-11-05',
    supportEnds: '2026-07-01',
    minimumKubernetes: [{ since: '1.28.0', minor: 30 }],
    testedKubernetes: 34,
  }),
  row('1.29', {
    released: '2026-02-16',
    // Announced with https://github.com/istio/istio.io/pull/17599.
    supportEnds: '2026-10-12',
    minimumKubernetes: [{ since: '1.29.0', minor: 30 }],
    testedKubernetes: 35,
  }),
  row('1.30', {
    // The table says 14 May; the announcement and the tag say 18 May.
    released: '2026-05-18',
    minimumKubernetes: [{ since: '1.30.0', minor: 32 }],
    testedKubernetes: 36,
  }),
  row('1.31', {
    // https://github.com/istio/istio/releases; the newest tested Kubernetes was not in the table yet.
    released: '2026-08-31',
    minimumKubernetes: [{ since: '1.31.0', minor: 32 }],
  }),
];

function row(minor: string, published: Omit<MinorFacts, 'minor' | 'source' | 'asOf'>): MinorFacts {
  return { minor, ...published, source: TABLE, asOf: AS_OF };
}
