/** As much of a CustomResourceDefinition as a downgrade is about. */
export interface Crd {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
  };
  readonly spec: { readonly versions: readonly CrdVersion[] };
  readonly status: { readonly storedVersions: readonly string[] };
}

export interface CrdVersion {
  readonly name: string;
  readonly storage: boolean;
}

/** By which a write, even of the same, shows. */
export type CrdMark = readonly [
  name: string,
  uid: string,
  resourceVersion: string,
  generation: number,
];

/** With one more version, in which objects are stored from now on. */
export function withStoredCopy(
  versions: readonly CrdVersion[],
  name: string,
): readonly CrdVersion[] {
  const [first] = versions;
  if (first === undefined) throw new Error('a CRD without versions');
  return [
    ...versions.map((version) => ({ ...version, storage: false })),
    { ...first, name, storage: true },
  ];
}

/** Stored in its own version again, with the other one still served. */
export function storedIn(versions: readonly CrdVersion[], name: string): readonly CrdVersion[] {
  const [first] = versions;
  if (first === undefined) throw new Error('a CRD without versions');
  return [...versions, { ...first, name, storage: false }];
}

/** A route in the namespace shop with these retries. */
export function virtualService(name: string, retries: object): object {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace: 'shop' },
    spec: {
      hosts: [`${name}.shop.svc.cluster.local`],
      http: [{ route: [{ destination: { host: 'catalog' } }], retries }],
    },
  };
}
