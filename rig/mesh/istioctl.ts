import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { UNREVISIONED } from './starting-mesh.ts';

const run = promisify(execFile);
const TIMEOUT_MS = 120_000;

/** The install a platform team might have made: two replicas, and a few settings away from the defaults. */
export function buildInstallArgs(revision: string): string[] {
  const settings = [
    'profile=minimal',
    'values.pilot.autoscaleEnabled=false',
    'values.pilot.replicaCount=2',
    'values.pilot.env.PILOT_DEBOUNCE_MAX=5s',
    'meshConfig.accessLogFile=/dev/stdout',
    'meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY',
  ];
  const named = revision === UNREVISIONED ? [] : ['--revision', revision];
  return ['install', '-y', ...named, ...settings.flatMap((each) => ['--set', each])];
}

export function buildTagArgs(tag: string, revision: string): string[] {
  return ['tag', 'set', tag, '--revision', revision, '--overwrite'];
}

export async function runIstioctl(options: {
  readonly istioctl: string;
  readonly kubeconfig: string;
  readonly args: readonly string[];
  readonly signal?: AbortSignal;
}): Promise<string> {
  const { istioctl, kubeconfig, args, signal } = options;
  const { stdout } = await run(istioctl, ['--kubeconfig', kubeconfig, ...args], {
    timeout: TIMEOUT_MS,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' },
    ...(signal ? { signal } : {}),
  });
  return stdout;
}
