import { it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createCommandRunner } from '../../src/clients/command-runner.ts';
import { createKubernetesClient } from '../../src/clients/kubernetes.ts';
import {
  createIstioctlInstaller,
  ISTIOCTL_FIELD_MANAGER,
  TAG_FIELD_MANAGER,
  type InstallerBinary,
} from '../../src/installers/istioctl/index.ts';
import {
  describeInstallerContract,
  type InstallerContract,
} from '../installers/installer-contract.ts';
import { istioVersion } from '../installers/support.ts';

const run = promisify(execFile);

/** A throw-away cluster with revision 1-25-1 as the rig installs it; the test leaves 1-26-1 on it. */
const KUBECONFIG = process.env['MESHLIFT_TEST_KUBECONFIG'];
/** The two binaries, as `<version>=<path>` separated by commas. */
const ISTIOCTL = process.env['MESHLIFT_TEST_ISTIOCTL'];

/** How the rig's mesh was installed. */
const SETTINGS = [
  'profile=minimal',
  'values.pilot.autoscaleEnabled=false',
  'values.pilot.replicaCount=2',
  'values.pilot.env.PILOT_DEBOUNCE_MAX=5s',
  'meshConfig.accessLogFile=/dev/stdout',
  'meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY',
];

if (KUBECONFIG === undefined || ISTIOCTL === undefined) {
  it.skip('needs MESHLIFT_TEST_KUBECONFIG and MESHLIFT_TEST_ISTIOCTL=1.25.1=PATH,1.26.1=PATH', () =>
    undefined);
} else {
  describeInstallerContract('istioctl', () => contractOn(KUBECONFIG, binariesOf(ISTIOCTL)));
}

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
    kubernetes: createKubernetesClient({ kubeconfig }),
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

function binariesOf(text: string): Record<string, InstallerBinary> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [version = '', path = ''] = pair.split('=');
      const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
      return [version, { path, sha256 }];
    }),
  );
}
