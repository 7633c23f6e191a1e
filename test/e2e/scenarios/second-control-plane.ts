import { copy, type Change } from './scenario.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * Another istiod beside the running one: the same objects under another revision, with no pods, so
 * that it stands there and serves nobody.
 */
export function istiod(revision: string, merge: Json = {}): Change {
  return copy('Deployment istio-system/istiod-1-25-1', {
    name: `istiod-${revision}`,
    replacing: { '1-25-1': revision },
    merge: { ...merge, spec: { ...(merge['spec'] as Json | undefined), replicas: 0 } },
  });
}

export function meshConfig(revision: string, merge: Json = {}): Change {
  return copy('ConfigMap istio-system/istio-1-25-1', {
    name: `istio-${revision}`,
    replacing: { '1-25-1': revision },
    merge,
  });
}

/**
 * The injector of a revision, which selects nobody's pods. A root given in PEM comes
 * before the one that it trusts.
 */
export function injector(revision: string, root?: string): Change {
  return copy('MutatingWebhookConfiguration istio-sidecar-injector-1-25-1', {
    name: `istio-sidecar-injector-${revision}`,
    replacing: {
      '1-25-1': revision,
      ...(root === undefined ? {} : { '"caBundle":"': `"caBundle":"${btoa(root)}` }),
    },
  });
}

/** A tag like `prod-stable` that nobody uses. */
export function tag(
  name: string,
  { revision = '1-25-1', service = 'istiod-1-25-1' }: { revision?: string; service?: string } = {},
): Change {
  return copy('MutatingWebhookConfiguration istio-revision-tag-prod-stable', {
    name: `istio-revision-tag-${name}`,
    replacing: { 'prod-stable': name, '"name":"istiod-1-25-1"': `"name":"${service}"` },
    merge: { metadata: { labels: { 'istio.io/rev': revision } } },
  });
}
