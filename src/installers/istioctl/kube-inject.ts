import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { InjectRequest } from '../installer.ts';
import { runIstioctl, withPrivateDirectory, type IstioctlTools } from './istioctl.ts';
import { ManifestError, parseManifest } from './manifest.ts';

/** One object took 0.1 s; this is for hundreds of them on a machine that is busy. */
const INJECT_TIMEOUT_MS = 120_000;

/** Where the three parts of an injector's configuration lie. */
export interface InjectorFiles {
  readonly injectConfig: string;
  readonly meshConfig: string;
  readonly values: string;
}

/**
 * Arguments of `istioctl kube-inject`. With all three files given it reaches no cluster (seen with
 * 1.25.1 and 1.26.1); with fewer it would ask the webhook of the revision through a port-forward.
 */
export function kubeInjectArguments(
  { revision, meshNamespace }: Pick<InjectRequest, 'revision' | 'meshNamespace'>,
  files: InjectorFiles,
): string[] {
  return [
    'kube-inject',
    '--filename',
    '-',
    '--revision',
    revision,
    '--istioNamespace',
    meshNamespace,
    '--injectConfigFile',
    files.injectConfig,
    '--meshConfigFile',
    files.meshConfig,
    '--valuesFile',
    files.values,
  ];
}

/** The manifests with the proxy that the injector gives them, in their order; what gets none comes as it is. */
export async function kubeInject(
  tools: IstioctlTools,
  request: InjectRequest,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  if (request.manifests.length === 0) return [];
  const { version, injector } = request;
  const { stdout } = await withPrivateDirectory(async (directory) => {
    const files = {
      injectConfig: path.join(directory, 'inject-config.yaml'),
      meshConfig: path.join(directory, 'mesh-config.yaml'),
      values: path.join(directory, 'values.json'),
    };
    await writeFile(files.injectConfig, injector.injectConfig, { mode: 0o600 });
    await writeFile(files.meshConfig, injector.meshConfig, { mode: 0o600 });
    await writeFile(files.values, injector.values, { mode: 0o600 });
    const args = kubeInjectArguments(request, files);
    // JSON is YAML, and leaves no doubt about quoting.
    const stdin = request.manifests.map((object) => JSON.stringify(object)).join('\n---\n');
    return runIstioctl(
      tools,
      { version, args, stdin, timeoutMs: INJECT_TIMEOUT_MS, directory },
      signal,
    );
  });
  return inOrderOf(request.manifests, parseManifest(stdout));
}

function inOrderOf(
  manifests: readonly KubernetesObject[],
  injected: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  const byRef = new Map(injected.map((object) => [formatRef(refOf(object)), object]));
  return manifests.map((manifest) => {
    const name = formatRef(refOf(manifest));
    const found = byRef.get(name);
    if (found !== undefined) return found;
    throw new ManifestError(
      `istioctl kube-inject was expected to write ${name} and wrote ${[...byRef.keys()].join(', ') || 'nothing'}`,
    );
  });
}
