import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { UpgradePlan } from '../../domain/planning/plan.ts';
import type { RenderedRelease } from '../../installers/installer.ts';
import { ActivityError } from '../errors.ts';
import type { RunRecord } from '../record/run-record.ts';

const PART = 'release';

/** Keeps the rendered release of a run: what is applied later is what was planned, to the letter. */
export async function recordRelease(record: RunRecord, release: RenderedRelease): Promise<void> {
  await record.put(PART, release);
}

/** The objects of one component of the release that the plan was made for. */
export async function recordedObjects(
  record: RunRecord,
  plan: UpgradePlan,
  component: 'Base' | 'Pilot',
): Promise<readonly KubernetesObject[]> {
  const release = (await record.get(PART)) as RenderedRelease | undefined;
  if (release === undefined || release.digest !== plan.renderDigest) {
    throw new ActivityError(
      'RecordUnreadable',
      `expected the recorded release to be ${plan.renderDigest ?? 'none'} as planned, found ${release?.digest ?? 'none'}`,
    );
  }
  return release.objects.filter((each) => each.component === component).map(({ object }) => object);
}
