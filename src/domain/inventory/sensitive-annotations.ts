/** What a release of Istio promises of an annotation: `alpha` may change or go in any minor. */
export type AnnotationStatus = 'alpha' | 'deprecated';

/**
 * Annotations that people set on pods and Services and that Istio calls alpha or deprecated; those
 * that istiod or the installer writes by itself are left out.
 * Source: istio/api `annotation/annotations.yaml` at 1.26.0 (https://istio.io/latest/docs/reference/config/annotations/),
 * read 2026-11-21. Names without a status there are left out as well.
 */
export const SENSITIVE_ANNOTATIONS: Readonly<Record<string, AnnotationStatus>> = {
  'alpha.istio.io/canonical-serviceaccounts': 'deprecated',
  'alpha.istio.io/kubernetes-serviceaccounts': 'deprecated',
  'ambient.istio.io/bypass-inbound-capture': 'alpha',
  'ambient.istio.io/dns-capture': 'alpha',
  'inject.istio.io/templates': 'alpha',
  'istio.io/reroute-virtual-interfaces': 'alpha',
  'networking.istio.io/exportTo': 'alpha',
  'networking.istio.io/traffic-distribution': 'alpha',
  'prometheus.istio.io/merge-metrics': 'alpha',
  'readiness.status.sidecar.istio.io/applicationPorts': 'alpha',
  'readiness.status.sidecar.istio.io/failureThreshold': 'alpha',
  'readiness.status.sidecar.istio.io/initialDelaySeconds': 'alpha',
  'readiness.status.sidecar.istio.io/periodSeconds': 'alpha',
  'sidecar.istio.io/agentLogLevel': 'alpha',
  'sidecar.istio.io/bootstrapOverride': 'alpha',
  'sidecar.istio.io/componentLogLevel': 'alpha',
  'sidecar.istio.io/discoveryAddress': 'deprecated',
  'sidecar.istio.io/extraStatTags': 'deprecated',
  'sidecar.istio.io/inject': 'deprecated',
  'sidecar.istio.io/interceptionMode': 'alpha',
  'sidecar.istio.io/logLevel': 'alpha',
  'sidecar.istio.io/nativeSidecar': 'alpha',
  'sidecar.istio.io/proxyCPU': 'alpha',
  'sidecar.istio.io/proxyCPULimit': 'alpha',
  'sidecar.istio.io/proxyImage': 'alpha',
  'sidecar.istio.io/proxyImageType': 'alpha',
  'sidecar.istio.io/proxyMemory': 'alpha',
  'sidecar.istio.io/rewriteAppHTTPProbers': 'alpha',
  'sidecar.istio.io/statsCompression': 'alpha',
  'sidecar.istio.io/statsHistogramBuckets': 'alpha',
  'sidecar.istio.io/statsInclusionPrefixes': 'deprecated',
  'sidecar.istio.io/statsInclusionRegexps': 'deprecated',
  'sidecar.istio.io/statsInclusionSuffixes': 'deprecated',
  'sidecar.istio.io/userVolume': 'alpha',
  'status.sidecar.istio.io/port': 'alpha',
  'traffic.sidecar.istio.io/excludeInboundPorts': 'alpha',
  'traffic.sidecar.istio.io/excludeInterfaces': 'alpha',
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': 'alpha',
  'traffic.sidecar.istio.io/excludeOutboundPorts': 'alpha',
  'traffic.sidecar.istio.io/includeOutboundIPRanges': 'alpha',
  'traffic.sidecar.istio.io/includeOutboundPorts': 'alpha',
  'traffic.sidecar.istio.io/kubevirtInterfaces': 'deprecated',
};

/** Of Istio's own domain. */
export function isIstioAnnotation(name: string): boolean {
  return /(^|\.)istio\.io\//.test(name);
}

/** The names among these with that status, in order. */
export function sensitiveAmong(names: readonly string[], status: AnnotationStatus): string[] {
  return names
    .filter((name) => Object.hasOwn(SENSITIVE_ANNOTATIONS, name))
    .filter((name) => SENSITIVE_ANNOTATIONS[name] === status)
    .toSorted();
}
