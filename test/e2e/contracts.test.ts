import { afterAll, beforeAll } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { createCommandRunner } from '../../src/clients/command-runner.ts';
import { createKubernetesClient, type KubernetesClient } from '../../src/clients/kubernetes.ts';
import {
  createIstioctlInstaller,
  ISTIOCTL_FIELD_MANAGER,
  TAG_FIELD_MANAGER,
  type InstallerBinary,
} from '../../src/installers/istioctl/index.ts';
import { describeKubernetesContract } from '../clients/kubernetes-contract.ts';
import {
  describeInstallerContract,
  type InstallerContract,
} from '../installers/installer-contract.ts';
import { istioVersion } from '../installers/support.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { describeFreezes } from './support/freezes-on-server.ts';
import { useTimedDesk } from './support/timed-desk.ts';
import { describeEvidence, describeWindows } from './support/windows-on-server.ts';

const run = promisify(execFile);
const STOP_TIMEOUT_MS = 60_000;

/** How the rig's mesh was installed. */
const SETTINGS = [
  'profile=minimal',
  'values.pilot.autoscaleEnabled=false',
  'values.pilot.replicaCount=2',
  'values.pilot.env.PILOT_DEBOUNCE_MAX=5s',
  'meshConfig.accessLogFile=/dev/stdout',
  'meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY',
];

let bench: Bench;
let kubernetes: KubernetesClient;

beforeAll(async () => {
  bench = await openBench('contract');
  kubernetes = createKubernetesClient({ kubeconfig: bench.endpoints.kubeconfigs.rig });
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), STOP_TIMEOUT_MS);

describeKubernetesContract('a real API server', () => kubernetes);

// Before istioctl installs another control plane beside the mesh's own.
const desk = useTimedDesk(() => bench);
describeFreezes(desk);
describeWindows(desk);
describeEvidence(desk);

describeInstallerContract('istioctl', () =>
  contractOn(bench.endpoints.kubeconfigs.rig, binariesOf(bench.configFile)),
);

function contractOn(
  kubeconfig: string,
  binaries: Record<string, InstallerBinary>,
): InstallerContract {
  const meshNamespace = 'istio-system';
  const target = { version: istioVersion('1.26.1'), revision: '1-26-1', meshNamespace };
  const tag = 'default';
  const istioctl = async (args: string[]): Promise<void> => {
    const path = binaries[target.version]?.path ?? 'istioctl';
    await run(path, [...args, '--revision', target.revision, '--kubeconfig', kubeconfig]);
  };
  return {
    installer: createIstioctlInstaller({ commands: createCommandRunner(), binaries }),
    kubernetes,
    kubeconfig,
    fieldManager: ISTIOCTL_FIELD_MANAGER,
    tagFieldManager: TAG_FIELD_MANAGER,
    running: { version: istioVersion('1.25.1'), revision: '1-25-1', meshNamespace },
    target,
    tag,
    installForReal: async () =>
      istioctl(['install', '-y', ...SETTINGS.flatMap((setting) => ['--set', setting])]),
    tagForReal: async () => istioctl(['tag', 'set', tag, '--overwrite']),
  };
}

/** The binaries that the rig's own configuration names. */
function binariesOf(configFile: string): Record<string, InstallerBinary> {
  const config = parse(readFileSync(configFile, 'utf8')) as {
    installers: { istioctl: { binaries: Record<string, InstallerBinary> } };
  };
  return config.installers.istioctl.binaries;
}
