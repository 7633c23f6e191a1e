import type { OwningInstaller } from '../inventory/control-plane-detail.ts';
import { MAX_CANARY_MINORS, MAX_IN_PLACE_MINORS } from '../version/support-matrix.ts';

/** How far one step may go, for one strategy. */
export type StepRule =
  | { readonly kind: 'at-most'; readonly minors: number }
  | { readonly kind: 'any-number-of-minors' }
  /** Up to so many minors, and only onto minors that the provider supports. */
  | { readonly kind: 'provider-supported'; readonly minors: number; readonly ask: string }
  | { readonly kind: 'chosen-by-provider'; readonly how: string }
  | { readonly kind: 'not-offered'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** The rules of one installer, with where they are written down. */
export interface StepRules {
  readonly canary: StepRule;
  readonly inPlace: StepRule;
  readonly sources: readonly string[];
}

const ISTIO_CANARY = 'https://istio.io/latest/docs/setup/upgrade/canary/';
const ISTIO_IN_PLACE = 'https://istio.io/latest/docs/setup/upgrade/in-place/';

/** Taken 2026-08; a control plane obeys the rules of whoever installed it. */
export const STEP_RULES: Readonly<Record<OwningInstaller, StepRules>> = {
  istioctl: {
    canary: { kind: 'at-most', minors: MAX_CANARY_MINORS },
    inPlace: { kind: 'at-most', minors: MAX_IN_PLACE_MINORS },
    sources: [ISTIO_CANARY, ISTIO_IN_PLACE],
  },
  helm: {
    canary: { kind: 'at-most', minors: MAX_CANARY_MINORS },
    inPlace: { kind: 'at-most', minors: MAX_IN_PLACE_MINORS },
    sources: [ISTIO_CANARY, 'https://istio.io/latest/docs/setup/upgrade/helm/'],
  },
  sail: {
    canary: { kind: 'any-number-of-minors' },
    inPlace: { kind: 'at-most', minors: MAX_IN_PLACE_MINORS },
    sources: [
      'https://docs.redhat.com/en/documentation/red_hat_openshift_service_mesh/3.2/html/updating/',
    ],
  },
  aks: {
    canary: {
      kind: 'provider-supported',
      minors: MAX_CANARY_MINORS,
      ask: 'az aks mesh get-upgrades --resource-group GROUP --name CLUSTER',
    },
    inPlace: {
      kind: 'not-offered',
      why: 'the AKS add-on moves minors by canary only, and applies patches by itself',
    },
    sources: [
      'https://learn.microsoft.com/en-us/azure/aks/istio-upgrade',
      'https://learn.microsoft.com/en-us/azure/aks/istio-support-policy',
    ],
  },
  google: {
    canary: { kind: 'chosen-by-provider', how: 'by the release channel (rapid, regular, stable)' },
    inPlace: { kind: 'chosen-by-provider', how: 'by the release channel (rapid, regular, stable)' },
    sources: ['https://docs.cloud.google.com/service-mesh/docs/managed-control-plane-overview'],
  },
  unknown: {
    canary: { kind: 'unknown', why: 'no mark on the control plane says who installed it' },
    inPlace: { kind: 'unknown', why: 'no mark on the control plane says who installed it' },
    sources: [],
  },
};

/** How many minors one step may go up; `undefined` where nobody counts, or nobody may choose. */
export function longestStep(rule: StepRule): number | undefined {
  switch (rule.kind) {
    case 'at-most':
    case 'provider-supported':
      return rule.minors;
    case 'any-number-of-minors':
      return Number.POSITIVE_INFINITY;
    case 'chosen-by-provider':
    case 'not-offered':
    case 'unknown':
      return undefined;
  }
}
