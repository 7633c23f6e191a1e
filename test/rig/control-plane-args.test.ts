import { expect, it } from '@jest/globals';
import { buildControllerManagerArgs } from '../../rig/kubernetes/controller-manager.ts';
import { buildEtcdArgs } from '../../rig/kubernetes/etcd.ts';
import { buildApiServerArgs } from '../../rig/kubernetes/kube-apiserver.ts';
import { buildKwokArgs } from '../../rig/kubernetes/kwok.ts';
import { buildSchedulerArgs } from '../../rig/kubernetes/scheduler.ts';

const kubeconfigs = { rig: 'r', worker: 'w', installer: 'i', person: 'p', script: 's' };
const componentKubeconfigs = {
  'kube-controller-manager': 'kcm',
  'kube-scheduler': 'ks',
  kwok: 'kw',
};
const credentials = {
  caFile: '/pki/ca.pem',
  servingCertFile: '/pki/serving.pem',
  servingKeyFile: '/pki/serving-key.pem',
  serviceAccountKeyFile: '/pki/service-accounts.pem',
  kubeconfigs,
  componentKubeconfigs,
};

const commandLines = {
  etcd: buildEtcdArgs({ dataDir: '/state/etcd', clientPort: 2001, peerPort: 2002 }),
  'kube-apiserver': buildApiServerArgs({
    port: 2003,
    etcdPort: 2001,
    credentials,
    egressConfig: '/state/egress.yaml',
    auditPolicy: '/policy.yaml',
    auditLog: '/state/audit.log',
    certDir: '/state/certs',
  }),
  'kube-controller-manager': buildControllerManagerArgs({ port: 2004, credentials }),
  'kube-scheduler': buildSchedulerArgs({ port: 2005, credentials }),
  kwok: buildKwokArgs({ port: 2006, credentials }),
};

it.each(Object.entries(commandLines))('%s listens on the loopback address alone', (_name, args) => {
  const addresses = args.flatMap(
    (arg) => /(?:bind-address|listen-\S+|server-address)=(.+)/.exec(arg)?.[1] ?? [],
  );

  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter((address) => !address.includes('127.0.0.1'))).toEqual([]);
});

it.each(Object.entries(commandLines))('%s is given no flag twice', (_name, args) => {
  const flags = args.map((arg) => arg.split('=')[0]);

  expect(new Set(flags).size).toBe(flags.length);
});

it('sends webhook traffic through the egress proxy and keeps an audit log', () => {
  expect(commandLines['kube-apiserver']).toEqual(
    expect.arrayContaining([
      '--egress-selector-config-file=/state/egress.yaml',
      '--audit-log-path=/state/audit.log',
    ]),
  );
});
