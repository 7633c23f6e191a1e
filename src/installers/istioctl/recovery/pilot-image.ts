import type { JsonObject } from '../../../domain/kubernetes-object.ts';
import { nested, textAt } from '../json.ts';
import { discoveryContainer } from './live-objects.ts';
import type { RecoveredPart } from './recovered-part.ts';

/** Image variants that every Istio release is published in. */
const VARIANTS = ['debug', 'distroless'];

/** Registry, name and variant of istiod's own image, as far as they can go with another version. */
export function imageValues(live: JsonObject, rendered: JsonObject): RecoveredPart {
  const [wanted, base] = [imageOf(live), imageOf(rendered)];
  if (wanted === undefined || base === undefined || wanted.text === base.text) {
    return { spec: {}, unknowns: [] };
  }
  const variant = VARIANTS.find((name) => wanted.tag === `${base.tag}-${name}`);
  const pilot = {
    ...(wanted.hub === base.hub ? {} : { hub: wanted.hub }),
    ...(wanted.name === base.name ? {} : { image: wanted.name }),
    ...(variant === undefined ? {} : { variant }),
  };
  const isTagKnown = wanted.tag === base.tag || variant !== undefined;
  return {
    spec: Object.keys(pilot).length === 0 ? {} : nested(['values', 'pilot'], pilot),
    unknowns: isTagKnown
      ? []
      : [
          `istiod runs the image ${wanted.text}: its tag belongs to the old version and is not carried over`,
        ],
  };
}

interface Image {
  readonly text: string;
  readonly hub: string;
  readonly name: string;
  readonly tag: string;
}

function imageOf(deployment: JsonObject): Image | undefined {
  const text = textAt(discoveryContainer(deployment), ['image']);
  const match = /^(?<hub>.+)\/(?<name>[^/:@]+)(?<tag>[:@].+)?$/.exec(text ?? '');
  const { hub, name, tag = '' } = match?.groups ?? {};
  if (text === undefined || hub === undefined || name === undefined) return undefined;
  return { text, hub, name, tag: tag.replace(/^:/, '') };
}
