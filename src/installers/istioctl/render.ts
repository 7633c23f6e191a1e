import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import {
  COMPONENTS,
  type Component,
  type RenderedObject,
  type RenderedRelease,
  type RenderRequest,
} from '../installer.ts';
import { inApplyOrder } from './apply-order.ts';
import { digestOf } from '../../clients/digest.ts';
import { generateManifest } from './generate.ts';
import type { IstioctlTools } from './istioctl.ts';
import { ManifestError } from './manifest.ts';
import { withOwnerLabels, type Owner } from './owner-labels.ts';

/** The objects that `istioctl install` of this revision would apply, without gateways, CNI and ztunnel. */
export async function renderRelease(
  tools: IstioctlTools,
  request: RenderRequest,
  signal: AbortSignal,
): Promise<RenderedRelease> {
  const { components = COMPONENTS } = request;
  const parts = await Promise.all(
    components.map((component) => renderComponent(tools, request, component, signal)),
  );
  const objects = inApplyOrder(parts.flatMap((part) => part.objects));
  return {
    objects,
    digest: digestOf(objects),
    warnings: [...new Set(parts.flatMap(({ warnings }) => warnings))],
  };
}

/** One component at a time: rendered alone it is what it is in the whole, and few objects say which. */
async function renderComponent(
  tools: IstioctlTools,
  request: RenderRequest,
  component: Component,
  signal: AbortSignal,
): Promise<{ readonly objects: readonly RenderedObject[]; readonly warnings: readonly string[] }> {
  const { version, revision, meshNamespace, configuration } = request;
  const { spec, ownerName } = configuration;
  const name = ownerName === undefined ? {} : { ownerName };
  const generated = await generateManifest(
    tools,
    { version, revision, meshNamespace, spec, component, ...name },
    signal,
  );
  const owner: Owner = {
    version,
    revision,
    meshNamespace,
    ...(ownerName === undefined ? {} : { name: ownerName }),
  };
  return {
    objects: generated.objects.map((object) => {
      assertComponent(object, component);
      return { component, object: withOwnerLabels({ component, object }, owner) };
    }),
    warnings: generated.invalid
      ? [`istioctl ${version} does not accept the configuration`, ...generated.warnings]
      : generated.warnings,
  };
}

/** Some objects name their component; a render of one must not bring another's. */
export function assertComponent(object: KubernetesObject, component: Component): void {
  const label = object.metadata.labels?.['operator.istio.io/component'];
  if (label === undefined || label === component) return;
  throw new ManifestError(
    `${formatRef(refOf(object))} is labelled as component ${label}; expected ${component}`,
  );
}
