import type { InjectionPrediction } from '../inventory/workload-detail.ts';
import { imageVersion } from '../version/image-version.ts';
import {
  compareIstioVersions,
  parseIstioVersion,
  type IstioVersion,
} from '../version/istio-version.ts';
import { isAsNew, type ProxyTarget } from './proxy-target.ts';
import type { RenderedProxies } from './rendered-proxy.ts';

/** How the proxies of a workload stand to the one that its next pods would get. */
export type ProxyAge =
  /** As new, or newer. */
  | { readonly kind: 'current' }
  | { readonly kind: 'older'; readonly target: ProxyTarget; readonly oldest: IstioVersion }
  | { readonly kind: 'unknown'; readonly why: string };

export interface RunningProxies {
  /** Images of the proxies that run. */
  readonly images: readonly string[];
  /** Who would inject the next pod. */
  readonly prediction: InjectionPrediction;
  /** Who injected the pods that run, where it is one. */
  readonly actualRevision?: string;
}

/** Compares versions by the tags of images; what has none is never guessed. */
export function ageOf(running: RunningProxies, rendered: RenderedProxies): ProxyAge {
  const revision = answering(running);
  if (revision.kind === 'unknown') return revision;
  const { name } = revision;
  const now = Object.hasOwn(rendered, name) ? rendered[name] : undefined;
  if (now === undefined) return unknown(`revision ${name} was not asked for its proxy`);
  switch (now.kind) {
    case 'silent':
      return unknown(`revision ${name} renders no proxy: ${now.why}`);
    case 'unversioned':
      return running.images.every((image) => image === now.image)
        ? { kind: 'current' }
        : unknown(`revision ${name} renders ${now.image}, whose version cannot be told`);
    case 'rendered':
      return compare(running.images, now.target);
  }
}

type Answering =
  | { readonly kind: 'revision'; readonly name: string }
  | { readonly kind: 'unknown'; readonly why: string };

function answering({ prediction, actualRevision }: RunningProxies): Answering {
  switch (prediction.kind) {
    case 'injected':
      return { kind: 'revision', name: prediction.revision };
    case 'none':
    case 'refused':
      // Nobody would inject it now: it is as old as the control plane that once did says.
      return actualRevision === undefined
        ? unknown('its pods were injected by several revisions, and nobody would inject them now')
        : { kind: 'revision', name: actualRevision };
    case 'ambiguous':
      return unknown(`several webhooks would inject it: ${prediction.webhooks.join(', ')}`);
    case 'unknown':
      return unknown(prediction.why);
  }
}

function compare(images: readonly string[], target: ProxyTarget): ProxyAge {
  const wanted = parseIstioVersion(target.version);
  const versions = images.map((image) => imageVersion(image));
  const older = versions
    .filter((version) => version !== undefined)
    .filter((version) => wanted !== undefined && !isAsNew(version, wanted, target))
    .toSorted(compareIstioVersions);
  const [oldest] = older;
  if (oldest !== undefined) return { kind: 'older', target, oldest };
  const untold = images.find((image) => imageVersion(image) === undefined);
  return untold === undefined
    ? { kind: 'current' }
    : unknown(`its proxy is ${untold}, whose version cannot be told`);
}

function unknown(why: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why };
}
