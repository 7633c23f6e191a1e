import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { digestOf, digestText } from '../../clients/digest.ts';
import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { cutDifferences } from '../../domain/diff/cut-differences.ts';
import { diffFields } from '../../domain/diff/diff-fields.ts';
import { hideSecrets } from '../../domain/drift/hide-secrets.ts';
import type { Finding } from '../../domain/finding.ts';
import { contentOf } from '../../domain/journal/object-content.ts';
import {
  formatRef,
  refOf,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from '../../domain/kubernetes-object.ts';
import type { PlannedObject } from '../../domain/planning/plan.ts';
import { summarizeObject } from '../../domain/planning/summarize-object.ts';
import type { Component, RenderedObject, RenderedRelease } from '../../installers/installer.ts';
import { inParallel } from '../inventory/read-known.ts';
import { applyForced, applyUnforced } from './apply-object.ts';

export { INSTALL_FIELD_MANAGER } from './apply-object.ts';

export interface ComparedRelease {
  readonly objects: readonly ComparedObject[];
  readonly findings: readonly Finding[];
}

/** One object of a release: as rendered, as it is, and as it would be. */
export interface ComparedObject {
  readonly component: Component;
  readonly planned: PlannedObject;
  readonly object: KubernetesObject;
  /** Absent where there is none yet. */
  readonly live?: KubernetesObject;
  /** What applying makes of the live one, by force where others own fields of it. */
  readonly next?: KubernetesObject;
  /** Fields for which an unforced apply was refused. */
  readonly conflicts: readonly string[];
}

/** What applying a release would do, object by object: dry runs of the very apply. */
export async function compareRelease(
  access: ClusterAccess,
  release: RenderedRelease,
): Promise<ComparedRelease> {
  const compared = await inParallel(release.objects, (each) => compareObject(access, each));
  return {
    objects: compared.map(({ refused: _refused, ...object }) => object),
    findings: compared.flatMap(({ refused }) => (refused === undefined ? [] : [refused])),
  };
}

async function compareObject(
  access: ClusterAccess,
  rendered: RenderedObject,
): Promise<ComparedObject & { readonly refused?: Finding }> {
  const { object } = rendered;
  const known = { ref: refOf(object), rendered: digestOf(object) };
  const live = await access.installer.get(known.ref);
  if (live === undefined) {
    const planned = { ...known, action: 'create', summary: summarizeObject(object) } as const;
    return { ...rendered, planned, conflicts: [] };
  }
  const identity = live.metadata.uid === undefined ? known : { ...known, uid: live.metadata.uid };
  try {
    const unforced = await applyUnforced(access, { object, live }, true);
    const [next, conflicts] =
      unforced.kind === 'applied'
        ? [unforced.object, []]
        : [await applyForced(access, { object, live }, true), unforced.conflicts];
    const planned = { ...identity, ...compareContent(live, next) };
    return { ...rendered, planned, live, next, conflicts };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== 422) throw error;
    const planned = { ...identity, action: 'update' } as const;
    return { ...rendered, planned, live, conflicts: [], refused: refusedByServer(object, error) };
  }
}

/** Such as a CRD without a version in which objects are stored: no run could ever apply it. */
function refusedByServer(object: KubernetesObject, { message }: KubernetesError): Finding {
  const ref = refOf(object);
  return {
    code: 'ReleaseRefused',
    severity: 'blocking',
    subject: formatRef(ref),
    message: `expected the API server to take the target's ${formatRef(ref)}, found that it refuses: ${message}`,
    remedy: `kubectl get ${ref.kind.toLowerCase()} ${ref.name} -o yaml, and take away what the target does not know`,
  };
}

/** What changes but for the bookkeeping of the server and the fields that istiod keeps by itself. */
export function compareContent(
  live: KubernetesObject,
  next: KubernetesObject,
): Pick<PlannedObject, 'action' | 'diff' | 'diffLeftOut'> {
  const show = hideSecrets(live.kind, [live, next]);
  const shown = (name: 'from' | 'to', path: string, value: Json | undefined): object =>
    value === undefined ? {} : { [name]: show(path, value) };
  const differences = diffFields(jsonOf(contentOf(live)), jsonOf(contentOf(next))).map(
    ({ path, from, to }) => ({ path, ...shown('from', path, from), ...shown('to', path, to) }),
  );
  if (differences.length === 0) return { action: 'none' };
  const { diff, leftOut } = cutDifferences(differences, digestText);
  return { action: 'update', diff, ...(leftOut === undefined ? {} : { diffLeftOut: leftOut }) };
}

/** As it is on the wire, without members that are undefined. */
function jsonOf(content: Readonly<Record<string, unknown>>): JsonObject {
  return JSON.parse(JSON.stringify(content)) as JsonObject;
}
