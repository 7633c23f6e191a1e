import { describe, expect, it } from '@jest/globals';
import { BackendRegistry, type Backend } from '../../rig/kubernetes/backends.ts';
import { findRoute } from '../../rig/kubernetes/route.ts';

const services = [
  {
    metadata: { name: 'istiod', namespace: 'istio-system' },
    spec: {
      clusterIP: '10.96.0.7',
      selector: { app: 'istiod' },
      ports: [
        { port: 443, targetPort: 15017 },
        { port: 15014 },
        { port: 80, targetPort: 'http-debug' },
      ],
    },
  },
];

function backend(pod: string, { isReady = true, basePort = 20_000 } = {}): Backend {
  return {
    namespace: 'istio-system',
    pod,
    address: `10.244.0.${pod}`,
    labels: { app: 'istiod' },
    hostPorts: new Map([
      [15017, basePort + 1],
      [15014, basePort + 2],
      [8080, basePort + 3],
    ]),
    containerPortNames: new Map([['http-debug', 8080]]),
    isReady: () => isReady,
  };
}

function registryOf(...all: Backend[]): BackendRegistry {
  const backends = new BackendRegistry();
  for (const each of all) backends.add(each);
  return backends;
}

describe('findRoute', () => {
  it.each([
    ['a numbered target port', '10.96.0.7', 443, { containerPort: 15017, hostPort: 20_001 }],
    ['a port without target', '10.96.0.7', 15014, { containerPort: 15014, hostPort: 20_002 }],
    ['a named target port', '10.96.0.7', 80, { containerPort: 8080, hostPort: 20_003 }],
    ["a pod's own address", '10.244.0.1', 15017, { containerPort: 15017, hostPort: 20_001 }],
    ['a port the Service does not have', '10.96.0.7', 444, undefined],
    ['an address nobody has', '10.96.0.8', 443, undefined],
  ])('follows %s', (_what, host, port, expected) => {
    expect(findRoute({ host, port }, { services, backends: registryOf(backend('1')) })).toEqual(
      expected,
    );
  });

  it('sends nothing to pods that are not ready', () => {
    const target = { host: '10.96.0.7', port: 443 };
    const ready = backend('1');
    const unready = backend('2', { isReady: false, basePort: 30_000 });

    const routes = [1, 2, 3, 4].map(() =>
      findRoute(target, { services, backends: registryOf(unready, ready) }),
    );

    expect(routes.map((route) => route?.hostPort)).toEqual([20_001, 20_001, 20_001, 20_001]);
    expect(findRoute(target, { services, backends: registryOf(unready) })).toBeUndefined();
  });

  it('takes ready pods in turn', () => {
    const backends = registryOf(backend('1'), backend('2', { basePort: 30_000 }));

    const ports = [1, 2].map(
      () => findRoute({ host: '10.96.0.7', port: 443 }, { services, backends })?.hostPort,
    );

    expect(new Set(ports)).toEqual(new Set([20_001, 30_001]));
  });
});
