import { CommandError } from '../../../clients/command-error.ts';
import type { KubernetesObject } from '../../../domain/kubernetes-object.ts';
import { readTemplate, type PodTemplate } from '../../../domain/restart/manual/pod-template.ts';
import type { InjectRequest, MeshInstaller } from '../../../installers/installer.ts';

/** The pod template of one manifest with its proxy, or why istioctl gives none. */
export type InjectedTemplate =
  | { readonly kind: 'injected'; readonly template: PodTemplate }
  | { readonly kind: 'refused'; readonly because: string };

/** Injects all at once, in their order; where istioctl refuses, one by one, to tell which it means. */
export async function injectManifests(
  installer: Pick<MeshInstaller, 'inject'>,
  request: InjectRequest,
  signal: AbortSignal,
): Promise<readonly InjectedTemplate[]> {
  const { manifests } = request;
  try {
    return (await installer.inject(request, signal)).map(toTemplate);
  } catch (error) {
    if (!(error instanceof CommandError) || error.failure !== 'exit-code') throw error;
    if (manifests.length === 1) {
      return [
        { kind: 'refused', because: `istioctl kube-inject says: ${error.stderrTail.trim()}` },
      ];
    }
  }
  const injected: InjectedTemplate[] = [];
  for (const manifest of manifests) {
    injected.push(
      ...(await injectManifests(installer, { ...request, manifests: [manifest] }, signal)),
    );
  }
  return injected;
}

function toTemplate(object: KubernetesObject): InjectedTemplate {
  const template = readTemplate(object);
  return template === undefined
    ? { kind: 'refused', because: 'istioctl kube-inject writes it without a pod template' }
    : { kind: 'injected', template };
}
