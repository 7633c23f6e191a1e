import type { ResourceAmount } from './capacity.ts';

/** Who put a control plane there, by the marks on its Deployment. */
export const OWNING_INSTALLERS = ['istioctl', 'helm', 'sail', 'aks', 'google', 'unknown'] as const;
export type OwningInstaller = (typeof OWNING_INSTALLERS)[number];

/** What is known of one istiod revision beyond `ControlPlane`. */
export interface ControlPlaneDetail {
  readonly revision: string;
  readonly installer: OwningInstaller;
  readonly image: string;
  /** Requests of one istiod pod. */
  readonly requests: ResourceAmount;
  readonly autoscaler?: { readonly name: string; readonly min: number; readonly max: number };
  readonly budget?: { readonly name: string; readonly disruptionsAllowed: number };
  /** The Deployment is not what its spec asks for: somebody is changing it, or it is unwell. */
  readonly isRollingOut: boolean;
  /** Mesh configuration (`data.mesh` of ConfigMap `istio[-rev]`); absent when there is none. */
  readonly meshConfig?: {
    readonly configMap: string;
    readonly digest: string;
    readonly text: string;
  };
  /** Where its Helm values stand; before 1.26 they have to be reconstructed (installer-facts section 3). */
  readonly values:
    | { readonly source: 'recorded'; readonly configMap: string }
    | { readonly source: 'reconstructed'; readonly unknowns: readonly string[] };
  /** sha256 of the root certificate that its injector webhook carries; absent while it has none. */
  readonly rootDigest?: string;
  /** `metadata.labels` and `annotations` that say that Git or an operator owns it. */
  readonly managers: readonly string[];
}

/** Somebody else who keeps this mesh as they want it. */
export interface OperatorMark {
  /** `Sail Operator`, `IstioOperator controller`, `Argo CD`, `Flux`, `Helm`, … */
  readonly who: string;
  /** The object that says so, as `Kind namespace/name`. */
  readonly subject: string;
  readonly evidence: string;
}
