import { formatRef, refOf, type KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { RenderedObject, RenderedRelease, RenderRequest } from '../installer.ts';
import { inApplyOrder } from './apply-order.ts';
import { digestOf } from './digest.ts';
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
  const { configuration, ...rest } = request;
  const { ownerName } = configuration;
  const document = {
    ...rest,
    spec: configuration.spec,
    ...(ownerName === undefined ? {} : { ownerName }),
  };
  const whole = await generateManifest(tools, document, signal);
  const base = await generateManifest(tools, { ...document, baseOnly: true }, signal);
  const owner: Owner = { ...rest, ...(ownerName === undefined ? {} : { name: ownerName }) };
  const objects = inApplyOrder(
    assignComponents(whole.objects, base.objects).map(({ component, object }) => ({
      component,
      object: withOwnerLabels({ component, object }, owner),
    })),
  );
  return {
    objects,
    digest: digestOf(objects),
    warnings: whole.invalid
      ? [`istioctl ${request.version} does not accept the configuration`, ...whole.warnings]
      : whole.warnings,
  };
}

/**
 * Tells Base from Pilot. Most objects carry no component label, so Base is what comes out with Pilot
 * switched off, and Pilot is the rest.
 */
export function assignComponents(
  whole: readonly KubernetesObject[],
  base: readonly KubernetesObject[],
): RenderedObject[] {
  const known = new Set(whole.map(keyOf));
  const ofBase = new Set(base.map(keyOf));
  const stray = [...ofBase].find((key) => !known.has(key));
  if (stray !== undefined) {
    throw new ManifestError(`${stray} is rendered without Pilot but not with it; expected both`);
  }
  return whole.map((object) => {
    const component = ofBase.has(keyOf(object)) ? 'Base' : 'Pilot';
    const label = object.metadata.labels?.['operator.istio.io/component'];
    if (label !== undefined && label !== component) {
      throw new ManifestError(
        `${keyOf(object)} is labelled as component ${label}; expected ${component}`,
      );
    }
    return { component, object };
  });
}

function keyOf(object: KubernetesObject): string {
  return formatRef(refOf(object));
}
