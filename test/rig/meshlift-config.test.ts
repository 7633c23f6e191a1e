import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { buildMeshliftConfig } from '../../rig/meshlift-config.ts';

it("writes the product's configuration for the cluster demo", () => {
  const text = buildMeshliftConfig({
    kubeconfigs: { worker: '/k/worker.yaml', installer: '/k/installer.yaml' },
    istioctl: [
      { version: '1.25.1', path: '/t/1.25.1/istioctl', sha256: 'aa' },
      { version: '1.26.1', path: '/t/1.26.1/istioctl', sha256: 'bb' },
    ],
    temporalUi: 'http://127.0.0.1:8233',
  });

  expect(parse(text)).toEqual({
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
      },
    },
  });
});
