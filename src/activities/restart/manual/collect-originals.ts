import type { ManualInjection } from '../../../config/config.ts';
import type { Finding } from '../../../domain/finding.ts';
import type { KubernetesObject } from '../../../domain/kubernetes-object.ts';
import type { WorkloadRef } from '../../../domain/mesh/observed-mesh.ts';
import { findOriginal, type Originals } from '../../../domain/restart/manual/find-original.ts';
import { readOriginals, UnreadableOriginals } from './read-originals.ts';

/** A workload that was injected by hand, and the manifest it came from. */
export interface FoundManifest {
  readonly workload: WorkloadRef;
  readonly file: string;
  readonly manifest: KubernetesObject;
}

export interface CollectedOriginals {
  readonly found: readonly FoundManifest[];
  /** Workloads without an original that can be used, by uid, with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** The originals of these workloads, as far as they are given and can be used. */
export function collectOriginals(
  given: ManualInjection | undefined,
  workloads: readonly WorkloadRef[],
): CollectedOriginals {
  if (given === undefined) return allRefused(workloads, 'its original manifest is not given', []);
  let originals: Originals;
  try {
    const { manifests, namespace } = given;
    originals = {
      objects: readOriginals(manifests),
      ...(namespace === undefined ? {} : { namespace }),
    };
  } catch (error) {
    if (!(error instanceof UnreadableOriginals)) throw error;
    return allRefused(workloads, 'the original manifests cannot be read', [
      manifestUnreadable(error),
    ]);
  }
  const found: FoundManifest[] = [];
  const refused = new Map<string, string>();
  for (const workload of workloads) {
    const original = findOriginal(originals, workload);
    if (original.kind === 'none') refused.set(workload.uid, original.because);
    else found.push({ workload, file: original.file, manifest: original.manifest });
  }
  return { found, refused, findings: [] };
}

/** Files that somebody named and that cannot be read as such. */
export function manifestUnreadable({ file, message }: UnreadableOriginals): Finding {
  return {
    code: 'ManifestUnreadable',
    severity: 'blocking',
    subject: file,
    message: `expected Kubernetes objects in YAML or JSON; ${message}`,
    remedy: 'correct the file, or clusters.NAME.manualInjection in meshlift.yaml',
  };
}

function allRefused(
  workloads: readonly WorkloadRef[],
  because: string,
  findings: readonly Finding[],
): CollectedOriginals {
  return { found: [], refused: new Map(workloads.map(({ uid }) => [uid, because])), findings };
}
