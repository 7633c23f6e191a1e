/** A namespace with these labels; under `name` where it is one that Kubernetes has itself. */
export interface NamespaceCase {
  readonly labels: Readonly<Record<string, string>>;
  readonly name?: string;
}

/** What a pod says about injection. */
export interface PodCase {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
}

const REVISION = 'istio.io/rev';
const INJECTION = 'istio-injection';
const INJECT = 'sidecar.istio.io/inject';
const TEMPLATES = 'inject.istio.io/templates';

/** Revision, tag or neither; the ones called odd-… are made by `injection-mesh.ts`. */
const REVISIONS = [
  '1-25-1',
  '1-26-1',
  'quiet',
  'prod-stable',
  'canary',
  'default',
  '1-24-0',
  '',
  'odd-gone',
  'odd-empty',
  'odd-lenient',
  'odd-twice',
  'odd-label',
];

/** Every kind of namespace: one row adds as many combinations as there are pods. */
export const NAMESPACE_CASES: readonly NamespaceCase[] = [
  { labels: {} },
  ...['enabled', 'disabled', 'true', ''].map((value) => ({ labels: { [INJECTION]: value } })),
  ...REVISIONS.map((value) => ({ labels: { [REVISION]: value } })),
  { labels: { [INJECTION]: 'enabled', [REVISION]: '1-26-1' } },
  { labels: { [INJECTION]: 'disabled', [REVISION]: '1-26-1' } },
  { labels: { [INJECTION]: '', [REVISION]: 'canary' } },
  { labels: { [INJECTION]: 'enabled', 'istio.io/dataplane-mode': 'ambient' } },
  { labels: { [INJECTION]: 'enabled' }, name: 'kube-public' },
  { labels: { [REVISION]: 'canary' }, name: 'kube-node-lease' },
];

/** Every kind of pod: one row adds as many combinations as there are namespaces. */
export const POD_CASES: readonly PodCase[] = [
  {},
  { hostNetwork: true },
  ...['true', 'false', 'True', 'FALSE', 'yes', 'on', 'off', 'sure', ''].map((value) => ({
    labels: { [INJECT]: value },
  })),
  ...['true', 'false', 'sure', ''].map((value) => ({ annotations: { [INJECT]: value } })),
  { labels: { [INJECT]: 'true' }, annotations: { [INJECT]: 'false' } },
  { labels: { [INJECT]: 'false' }, annotations: { [INJECT]: 'true' } },
  { labels: { [INJECT]: 'no' }, annotations: { [INJECT]: 'true' } },
  { labels: { [INJECT]: '' }, annotations: { [INJECT]: 'false' } },
  ...['1-25-1', '1-26-1', 'canary', 'default', 'quiet', '1-24-0', 'odd-gone'].map((value) => ({
    labels: { [REVISION]: value },
  })),
  ...['1-26-1', '1-24-0', 'quiet'].map((value) => ({
    labels: { [REVISION]: value, [INJECT]: 'true' },
  })),
  { labels: { [REVISION]: '1-26-1', [INJECT]: 'false' } },
  { labels: { [REVISION]: '1-26-1', [INJECT]: 'true' }, hostNetwork: true },
  // Revision 1-26-1 never injects the first, and quiet, which injects nobody unasked, always the second.
  { labels: { 'agreement.test/never': 'yes' } },
  { labels: { 'agreement.test/always': 'yes' } },
  { labels: { 'agreement.test/never': 'yes', [INJECT]: 'true' } },
  { labels: { 'agreement.test/always': 'yes' }, annotations: { [INJECT]: 'false' } },
  { annotations: { [TEMPLATES]: 'gateway' } },
  { annotations: { [TEMPLATES]: ' sidecar , grpc-agent' } },
  { annotations: { [TEMPLATES]: 'absent' } },
  { annotations: { [TEMPLATES]: '' } },
  { annotations: { [TEMPLATES]: 'absent', [INJECT]: 'false' } },
  // A pod made from one that was injected before, by a revision that is long gone.
  {
    annotations: {
      [REVISION]: 'earlier',
      'sidecar.istio.io/status': '{"containers":["istio-proxy"],"revision":"earlier"}',
    },
  },
];
