import { diffFields, type FieldDifference } from '../../diff/diff-fields.ts';
import { proxyIn } from '../../inventory/pod-spec.ts';
import { REVISION_ANNOTATION, STATUS_ANNOTATION } from '../../mesh/istio-labels.ts';
import { RESTART_ANNOTATION } from '../../mesh/record-marks.ts';
import { injectedParts } from './injected-parts.ts';
import type { PodTemplate } from './pod-template.ts';

/** Left by restarts, ours and `kubectl rollout restart`: nobody decided anything by them. */
const MARKS = [RESTART_ANNOTATION, 'kubectl.kubernetes.io/restartedAt'].map(annotationPath);
const GRACE_PERIOD = 'spec.terminationGracePeriodSeconds';
/** By toggling between them a restart by grace period leaves its mark. */
const TOGGLED: readonly unknown[] = [30, 31];

const WRITTEN_AT_INJECTION = [REVISION_ANNOTATION, STATUS_ANNOTATION].map(annotationPath);

/**
 * Where the live pod template is not what its original manifest gives with the running revision's
 * injector: what somebody changed there since, which a new injection would lose. Of a template with a
 * proxy of yet another version only what no injection writes is compared.
 */
export function findLostEdits(
  live: PodTemplate,
  rendered: PodTemplate,
): readonly FieldDifference[] {
  const isOtherProxy = proxyIn(live.spec)?.image !== proxyIn(rendered.spec)?.image;
  const ignored = isOtherProxy
    ? [...WRITTEN_AT_INJECTION, ...injectedParts(live), ...injectedParts(rendered)]
    : [];
  return diffFields(live, rendered).filter(
    (difference) =>
      !isMark(difference) && !ignored.some((path) => difference.path.startsWith(path)),
  );
}

function isMark({ path, from, to }: FieldDifference): boolean {
  if (path === GRACE_PERIOD) return TOGGLED.includes(from) && TOGGLED.includes(to);
  return MARKS.includes(path);
}

function annotationPath(annotation: string): string {
  return `metadata.annotations.${annotation}`;
}
