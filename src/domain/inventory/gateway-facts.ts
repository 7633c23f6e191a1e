/** How a gateway came to be: by the installer's profile, by injection, or by the Gateway API. */
export const GATEWAY_KINDS = ['profile', 'injected', 'gateway-api', 'waypoint'] as const;
export type GatewayKind = (typeof GATEWAY_KINDS)[number];

export interface GatewayFacts {
  readonly kind: GatewayKind;
  readonly namespace: string;
  /** Of its Deployment. */
  readonly name: string;
  readonly uid: string;
  readonly revision?: string;
  readonly replicas: number;
  readonly services: readonly GatewayService[];
}

/** The Service in front of a gateway: what must stay as it is. */
export interface GatewayService {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  /** Addresses that the load balancer gave it. */
  readonly addresses: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** A per-node agent of the mesh: CNI or ztunnel. One per cluster, always upgraded in place. */
export interface NodeAgentFacts {
  readonly kind: 'cni' | 'ztunnel';
  readonly namespace: string;
  readonly name: string;
  readonly version?: string;
  readonly desired: number;
  readonly ready: number;
}
