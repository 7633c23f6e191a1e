import { digestOf, digestText } from '../../../clients/digest.ts';
import { KubernetesError } from '../../../clients/kubernetes-error.ts';
import type { KubernetesClient } from '../../../clients/kubernetes.ts';
import { cutDifferences } from '../../../domain/diff/cut-differences.ts';
import { diffFields, type FieldDifference } from '../../../domain/diff/diff-fields.ts';
import type { Finding } from '../../../domain/finding.ts';
import { listNames } from '../../../domain/health/assess-workloads.ts';
import { apiVersionOf } from '../../../domain/mesh/observed-mesh.ts';
import { nameWorkload } from '../../../domain/preflight/name-objects.ts';
import type { InjectTreatment } from '../../../domain/restart/manual/inject-treatment.ts';
import { judgeRendered } from '../../../domain/restart/manual/judge-rendered.ts';
import { findLostEdits } from '../../../domain/restart/manual/lost-edits.ts';
import { readTemplate, type PodTemplate } from '../../../domain/restart/manual/pod-template.ts';
import { withMark } from '../../../domain/restart/manual/restart-mark.ts';
import { digestTemplate } from '../digest-template.ts';
import type { FoundManifest } from './collect-originals.ts';
import type { InjectedTemplate } from './inject-manifests.ts';
import { replaceTemplate } from '../../changes/replace-template.ts';

/** A manifest with the proxies of both revisions. */
export interface RenderedManifest extends FoundManifest {
  readonly target: InjectedTemplate;
  readonly source: InjectedTemplate;
  /** Digest of the files that stand in for parts of the injectors' configuration. */
  readonly files?: string;
}

export type PlannedInjection =
  | {
      readonly kind: 'planned';
      readonly uid: string;
      readonly treatment: InjectTreatment;
      readonly findings: readonly Finding[];
    }
  | { readonly kind: 'refused'; readonly uid: string; readonly because: string };

/** Compares a rendered manifest with the live object, by what the server makes of it in dry runs. */
export async function planOne(
  kubernetes: KubernetesClient,
  rendered: RenderedManifest,
  movement: { readonly from: string; readonly to: string },
): Promise<PlannedInjection> {
  const { workload, target, source } = rendered;
  const { kind, namespace, name, uid } = workload;
  const refuse = (because: string): PlannedInjection => ({ kind: 'refused', uid, because });
  if (target.kind === 'refused') return refuse(target.because);
  if (source.kind === 'refused') return refuse(`by the running revision: ${source.because}`);
  const live = await kubernetes.get({ apiVersion: apiVersionOf(kind), kind, namespace, name });
  const now = live === undefined ? undefined : readTemplate(live);
  if (live?.metadata.uid !== uid || now === undefined) return refuse('it was replaced meanwhile');
  const unfit = judgeRendered(target.template, { live: now, ...movement });
  if (unfit !== undefined) return refuse(unfit);
  try {
    const [next, before] = await Promise.all(
      [target.template, source.template].map((template) =>
        replaceTemplate(kubernetes, live, template, { dryRun: true }),
      ),
    );
    if (next === undefined || before === undefined)
      throw new TypeError('two dry runs, two answers');
    return {
      kind: 'planned',
      uid,
      treatment: {
        kind: 'inject',
        manifest: digestOf(rendered.manifest),
        ...(rendered.files === undefined ? {} : { files: rendered.files }),
        rendered: digestOf(target.template),
        live: digestTemplate(live),
        ...changesOf(now, next),
      },
      findings: lostEdits(rendered, findLostEdits(now, before)),
    };
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.code !== 422) throw error;
    return refuse(`the API server refuses the rendered manifest: ${error.message}`);
  }
}

function changesOf(
  now: PodTemplate,
  next: PodTemplate,
): Pick<InjectTreatment, 'diff' | 'diffLeftOut'> {
  const differences = diffFields(withMark(now, null), withMark(next, null), 'spec.template');
  const { diff, leftOut } = cutDifferences(differences, digestText);
  return { diff, ...(leftOut === undefined ? {} : { diffLeftOut: leftOut }) };
}

function lostEdits(
  { workload, file }: FoundManifest,
  differences: readonly FieldDifference[],
): readonly Finding[] {
  if (differences.length === 0) return [];
  // Values may be secrets of somebody's: the fields tell where to look.
  const fields = listNames(differences.map(({ path }) => path));
  return [
    {
      code: 'LiveEditWouldBeLost',
      severity: 'overridable',
      subject: nameWorkload(workload),
      message: `expected its pod template to be what ${file} gives with the injector of the running revision, found that somebody changed it: ${fields}`,
      remedy: `put the change into ${file}, or accept that it is lost with an override`,
    },
  ];
}
