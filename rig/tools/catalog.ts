/** A Go program of a family; the name is what `go build` calls it or what we call a lone one. */
export interface Program {
  readonly binary: string;
  readonly package: string;
}

/** Files of the family's main module that are read at run time, copied beside its binaries. */
export interface Assets {
  readonly module: string;
  readonly folders: readonly string[];
}

/** What one folder `rig/tools/<family>/` with a go.mod and a go.sum yields. */
export interface Family {
  readonly name: string;
  readonly title: string;
  readonly mainModule: string;
  readonly programs: readonly Program[];
  readonly tags: readonly string[];
  /** `-X` settings; some are read back at run time (prechecks parse the version, image tags come from it). */
  readonly variables: Readonly<Record<string, string>>;
  readonly assets?: Assets;
  /** Cold, on two cores. */
  readonly usualSeconds: number;
  /** Module and build cache a cold build leaves. */
  readonly coldGigabytes: number;
}

const KUBERNETES_VERSION = 'k8s.io/component-base/version';
const ISTIO_VERSION = 'istio.io/istio/pkg/version';

export const FAMILIES = [
  {
    name: 'etcd',
    title: 'etcd 3.6.14',
    mainModule: 'go.etcd.io/etcd/server/v3',
    programs: [{ binary: 'etcd', package: 'go.etcd.io/etcd/server/v3' }],
    tags: [],
    variables: {},
    usualSeconds: 40,
    coldGigabytes: 1,
  },
  {
    name: 'kwok',
    title: 'KWOK 0.8.0',
    mainModule: 'sigs.k8s.io/kwok',
    programs: [{ binary: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' }],
    tags: [],
    variables: {},
    assets: { module: 'sigs.k8s.io/kwok', folders: ['kustomize/stage', 'kustomize/crd'] },
    usualSeconds: 70,
    coldGigabytes: 2,
  },
  {
    name: 'temporal',
    title: 'Temporal CLI 1.8.2 with its dev server',
    mainModule: 'github.com/temporalio/cli',
    programs: [{ binary: 'temporal', package: 'github.com/temporalio/cli/cmd/temporal' }],
    tags: [],
    variables: { 'github.com/temporalio/cli/internal/temporalcli.Version': '1.8.2' },
    usualSeconds: 185,
    coldGigabytes: 4,
  },
  {
    name: 'kubernetes',
    title: 'Kubernetes 1.33.1',
    mainModule: 'k8s.io/kubernetes',
    programs: [
      { binary: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
      {
        binary: 'kube-controller-manager',
        package: 'k8s.io/kubernetes/cmd/kube-controller-manager',
      },
      { binary: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
      { binary: 'kubectl', package: 'k8s.io/kubernetes/cmd/kubectl' },
    ],
    tags: [],
    variables: {
      [`${KUBERNETES_VERSION}.gitMajor`]: '1',
      [`${KUBERNETES_VERSION}.gitMinor`]: '33',
      [`${KUBERNETES_VERSION}.gitVersion`]: 'v1.33.1',
      [`${KUBERNETES_VERSION}.gitTreeState`]: 'clean',
    },
    usualSeconds: 300,
    coldGigabytes: 5,
  },
  istio({ version: '1.25.1', commit: 'be4b14ad8be8', usualSeconds: 205 }),
  istio({ version: '1.26.1', commit: '2ce3ad897b98', usualSeconds: 230 }),
] as const satisfies readonly Family[];

/** Built only when asked for: other releases, for what takes more than one upgrade to show. */
const OPTIONAL_ISTIO_FAMILIES = [
  istio({ version: '1.26.0', commit: 'c2e9871f340c', usualSeconds: 150 }),
  istio({ version: '1.27.0', commit: '7359d8be2504', usualSeconds: 185 }),
] as const satisfies readonly Family[];

/** Built only when asked for. */
export const OPTIONAL_FAMILIES = [
  {
    name: 'argo-rollouts',
    title: 'Argo Rollouts 1.8.3',
    mainModule: 'github.com/argoproj/argo-rollouts',
    programs: [
      {
        binary: 'rollouts-controller',
        package: 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller',
      },
    ],
    tags: [],
    variables: { 'github.com/argoproj/argo-rollouts/utils/version.version': '1.8.3' },
    assets: { module: 'github.com/argoproj/argo-rollouts', folders: ['manifests/crds'] },
    usualSeconds: 120,
    coldGigabytes: 4,
  },
  {
    name: 'flagger',
    title: 'Flagger 1.36.1',
    mainModule: 'github.com/fluxcd/flagger',
    programs: [{ binary: 'flagger', package: 'github.com/fluxcd/flagger/cmd/flagger' }],
    tags: [],
    variables: {},
    assets: { module: 'github.com/fluxcd/flagger', folders: ['artifacts/flagger'] },
    usualSeconds: 65,
    coldGigabytes: 3,
  },
  ...OPTIONAL_ISTIO_FAMILIES,
] as const satisfies readonly Family[];

type DefaultFamilyName = (typeof FAMILIES)[number]['name'];
type OptionalFamilyName = (typeof OPTIONAL_FAMILIES)[number]['name'];
export type FamilyName = DefaultFamilyName | OptionalFamilyName;

/** Istio versions that every rig has, oldest first. */
export const ISTIO_VERSIONS = ['1.25.1', '1.26.1'] as const;

/** Istio versions that a rig has when it is asked for them. */
export const OPTIONAL_ISTIO_VERSIONS = ['1.26.0', '1.27.0'] as const;
export type OptionalIstioVersion = (typeof OPTIONAL_ISTIO_VERSIONS)[number];

interface IstioRelease<V extends string> {
  readonly version: V;
  readonly commit: string;
  readonly usualSeconds: number;
}

function istio<V extends string>({ version, commit, usualSeconds }: IstioRelease<V>) {
  return {
    name: `istio-${version}` as const,
    title: `Istio ${version}`,
    mainModule: 'istio.io/istio',
    programs: [
      { binary: 'pilot-discovery', package: 'istio.io/istio/pilot/cmd/pilot-discovery' },
      { binary: 'istioctl', package: 'istio.io/istio/istioctl/cmd/istioctl' },
    ],
    tags: ['vtprotobuf', 'disable_pgv'],
    variables: {
      [`${ISTIO_VERSION}.buildVersion`]: version,
      [`${ISTIO_VERSION}.buildTag`]: version,
      [`${ISTIO_VERSION}.buildGitRevision`]: commit,
      [`${ISTIO_VERSION}.buildStatus`]: 'Clean',
      [`${ISTIO_VERSION}.buildHub`]: 'docker.io/istio',
    },
    usualSeconds,
    coldGigabytes: 4,
  };
}
