import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { buildMeshliftConfig, type MeshliftConfigInput } from '../../rig/meshlift-config.ts';

const INPUT: MeshliftConfigInput = {
  kubeconfigs: { worker: '/k/worker.yaml', installer: '/k/installer.yaml' },
  istioctl: [
    { version: '1.25.1', path: '/t/1.25.1/istioctl', sha256: 'aa' },
    { version: '1.26.1', path: '/t/1.26.1/istioctl', sha256: 'bb' },
  ],
  temporalUi: 'http://127.0.0.1:8233',
};

it("writes the product's configuration for the cluster demo", () => {
  expect(parse(buildMeshliftConfig(INPUT))).toEqual({
    apiVersion: 'meshlift.dev/v1alpha1',
    temporal: { webUrl: 'http://127.0.0.1:8233' },
    clusters: {
      demo: {
        kubeconfig: '/k/worker.yaml',
        installerKubeconfig: '/k/installer.yaml',
        meshNamespace: 'istio-system',
        installer: 'istioctl',
        policy: 'demo',
      },
    },
    installers: {
      istioctl: {
        binaries: {
          '1.25.1': { path: '/t/1.25.1/istioctl', sha256: 'aa' },
          '1.26.1': { path: '/t/1.26.1/istioctl', sha256: 'bb' },
        },
      },
    },
    policies: {
      demo: {
        soak: { controlPlane: '5s', wave: '5s', mesh: '5s' },
        healthPoll: '2s',
        pruneGrace: '5s',
        gates: { complete: { expires: '1h' } },
        census: { connections: 'off' },
      },
    },
  });
});

it.each([
  [false, 'off', /# The pods of KWOK run no proxy: /],
  [true, 'required', /# Stand-ins connect to istiod /],
])('asks istiod for proxies where there are stand-ins (%s): %s', (standInProxies, is, why) => {
  const text = buildMeshliftConfig({ ...INPUT, standInProxies });

  expect(parse(text)).toMatchObject({ policies: { demo: { census: { connections: is } } } });
  expect(text).toMatch(why);
});
