import { assertNever } from '../assert-never.ts';
import type { FieldDifference } from '../diff/diff-fields.ts';
import { formatSeconds } from '../format-seconds.ts';
import { formatRef, type Json } from '../kubernetes-object.ts';
import { REVISION_LABEL } from '../mesh/istio-labels.ts';
import { describeCount } from '../rollout/describe-count.ts';
import { describeLeft, describeTreatment } from './describe-treatment.ts';
import type { Estimate } from './estimate-plan.ts';
import type { PlannedObject } from './plan.ts';
import type { NamespaceMove, StepOf, StepUndo, TagMove, UpgradeStep } from './step.ts';

/** One line about a step; deeper ones belong to the line above. */
export interface DetailLine {
  readonly depth: number;
  readonly text: string;
}

/** A page for people names so many of a list; the JSON has all. */
const NAMED_AT_MOST = 50;
const DIFFERENCES_AT_MOST = 12;

/** What a step touches and what takes it back. The texts hold names from the cluster as they are. */
export function describeStep(step: UpgradeStep): readonly DetailLine[] {
  const undo = describeUndo(step.undo);
  return [...describeWork(step), ...(undo === undefined ? [] : [line(`undo: ${undo}`)])];
}

/** `4s to 2m15s, about 53 API requests`. */
export function describeEstimate({ seconds, apiRequests }: Estimate): string {
  const { least, most } = seconds;
  const time = most === undefined || most === least ? formatSeconds(least) : spanOf(least, most);
  return apiRequests === 0 ? time : `${time}, about ${apiRequests} API requests`;
}

function spanOf(least: number, most: number): string {
  return `${formatSeconds(least)} to ${formatSeconds(most)}`;
}

function describeWork(step: UpgradeStep): readonly DetailLine[] {
  switch (step.kind) {
    case 'snapshot':
    case 'verify-control-plane':
    case 'verify-mesh':
    case 'prove-restored':
      return [];
    case 'apply-crds':
    case 'install-control-plane':
      return describeObjects(step.objects, step.undo);
    case 'remove-control-plane':
      return [
        line(
          `removes ${describeCount(step.objects.length, 'object')} of revision ${step.revision}`,
        ),
        ...few(step.objects.map(({ ref }) => line(formatRef(ref), 1))),
      ];
    case 'undo-step':
      return [line(`puts back what ${describeCount(step.changes, 'change')} found there`)];
    case 'restore-control-plane':
      return [
        line(`makes ${describeCount(step.objects.length, 'object')} again as they were recorded`),
        ...few(step.objects.map(({ ref }) => line(formatRef(ref), 1))),
      ];
    case 'soak':
      return [line(`watches the health for ${formatSeconds(step.seconds)}`)];
    case 'wave':
      return describeWave(step);
    case 'gate':
      return [line(`waits for a person, at most ${formatSeconds(step.expiresSeconds)}`)];
    case 'move-default':
      return [...step.tagMoves.map(describeTagMove), ...describeValidator(step)];
    case 'restore-labels':
      return few(step.namespaceMoves.map(describeNamespaceMove));
    case 'census':
      return [
        line(`revision ${step.revision} must be unused for ${formatSeconds(step.graceSeconds)}`),
      ];
    default:
      return assertNever(step);
  }
}

function describeWave(step: StepOf<'wave'>): readonly DetailLine[] {
  return [
    line(`namespaces: ${step.namespaces.join(', ')}`),
    ...describePodLabelled(step),
    ...step.tagMoves.map(describeTagMove),
    ...describeValidator(step),
    ...few(step.namespaceMoves.map(describeNamespaceMove)),
    ...describeParts(step),
    line(`restarts ${describeCount(step.workloads.length, 'workload')}`),
    ...few(step.workloads.map(describeWorkload)),
    ...few(step.workloads.flatMap(describeInjection)),
    ...(step.left.length === 0 ? [] : [line(`leaves ${describeCount(step.left.length, 'other')}`)]),
    ...few(step.left.map((each) => line(describeLeft(each), 1))),
  ];
}

function describeWorkload({
  kind,
  namespace,
  name,
  revisionLabel,
  treatment,
}: StepOf<'wave'>['workloads'][number]): DetailLine {
  const label =
    revisionLabel === undefined
      ? ''
      : `: pod label ${REVISION_LABEL}: ${revisionLabel.from} → ${revisionLabel.to}`;
  return line(`${kind} ${namespace}/${name}${describeTreatment(treatment)}${label}`, 1);
}

/** What a new pod template changes beside the mark: of few workloads, since few are injected by hand. */
function describeInjection({
  kind,
  namespace,
  name,
  treatment,
}: StepOf<'wave'>['workloads'][number]): readonly DetailLine[] {
  if (treatment.kind !== 'inject') return [];
  const { diff, diffLeftOut } = treatment;
  return [
    line(`pod template of ${kind} ${namespace}/${name}`, 1),
    ...describeDiff(diff, diffLeftOut),
  ];
}

function describePodLabelled({ podLabelled = [] }: StepOf<'wave'>): readonly DetailLine[] {
  if (podLabelled.length === 0) return [];
  return [line(`only pods with a label or a proxy of their own in: ${podLabelled.join(', ')}`)];
}

/** The wave that another one completes, and that other one. */
function describeParts({ later, selectorsOf }: StepOf<'wave'>): readonly DetailLine[] {
  if (later !== undefined) {
    return [
      line(
        `${describeCount(later.workloads, 'other workload')} of these selectors: restarted in ${later.step}; a pod of theirs that is made anew before gets the new proxy already`,
      ),
    ];
  }
  return selectorsOf === undefined
    ? []
    : [line(`selectors moved in ${selectorsOf}; undoing this wave takes them back too`)];
}

function describeValidator({
  validator,
}: Pick<StepOf<'move-default'>, 'validator'>): readonly DetailLine[] {
  if (validator === undefined) return [];
  return [line(`validator ${validator.name}: ${validator.from} → ${validator.to}`)];
}

function describeObjects(objects: readonly PlannedObject[], undo: StepUndo): readonly DetailLine[] {
  const count = (action: PlannedObject['action']): number =>
    objects.filter((object) => object.action === action).length;
  return [
    line(
      `creates ${count('create')}, updates ${count('update')}, leaves ${describeCount(count('none'), 'object')}`,
    ),
    ...objects
      .filter(({ action }) => action !== 'none')
      .flatMap((object) => describeObject(object, undo)),
  ];
}

function describeObject(
  { ref, action, force, summary, diff, diffLeftOut }: PlannedObject,
  undo: StepUndo,
): readonly DetailLine[] {
  const what = summary === undefined || summary === '' ? '' : `: ${summary}`;
  const forGood = undo.kind === 'keep' ? ' and that no undo brings back' : '';
  const how = force === true ? ` by force, over direct edits that were accepted${forGood}` : '';
  return [
    line(`${action} ${formatRef(ref)}${how}${what}`, 1),
    ...describeDiff(diff ?? [], diffLeftOut),
  ];
}

function describeDiff(
  diff: readonly FieldDifference[],
  leftOut: PlannedObject['diffLeftOut'],
): readonly DetailLine[] {
  const shown = diff.slice(0, DIFFERENCES_AT_MOST);
  const rest = diff.length - shown.length + (leftOut?.count ?? 0);
  return [
    ...shown.map((difference) => line(describeDifference(difference), 2)),
    ...(rest > 0 ? [line(`and ${describeCount(rest, 'more field')}`, 2)] : []),
  ];
}

/** `spec.replicas: 1 → 2`, `rules: + […]` for what is new, `− […]` for what goes. */
function describeDifference({ path, from, to }: FieldDifference): string {
  if (from === undefined) return `${path}: + ${formatValue(to)}`;
  if (to === undefined) return `${path}: − ${formatValue(from)}`;
  return `${path}: ${formatValue(from)} → ${formatValue(to)}`;
}

function formatValue(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function describeTagMove(move: TagMove): DetailLine {
  return line(`tag ${move.tag}: ${move.from} → ${move.to}`);
}

function describeNamespaceMove(move: NamespaceMove): DetailLine {
  const changes = Object.entries(move.next)
    .filter(([label, value]) => (move.prior[label] ?? null) !== value)
    .map(([label, value]) => `${label}: ${move.prior[label] ?? 'absent'} → ${value ?? 'absent'}`);
  return line(`namespace ${move.namespace}: ${changes.join(', ')}`);
}

/** Steps that change nothing have nothing to undo, and nothing is said of it. */
function describeUndo(undo: StepUndo): string | undefined {
  switch (undo.kind) {
    case 'none':
      return undefined;
    case 'keep':
      return `kept: ${undo.because}`;
    case 'restore-prior':
      return 'what it created is deleted, prior values are put back';
    case 'undo-wave':
      return 'selectors back, then pod templates, then pods that still carry the new proxy';
    case 'point-of-no-return':
      return 'none from here on; the way back is rollbackMesh, once the run has ended';
    default:
      return assertNever(undo);
  }
}

function few(lines: readonly DetailLine[]): readonly DetailLine[] {
  const rest = lines.length - NAMED_AT_MOST;
  const depth = lines[0]?.depth ?? 0;
  return rest > 0 ? [...lines.slice(0, NAMED_AT_MOST), line(`and ${rest} more`, depth)] : lines;
}

function line(text: string, depth = 0): DetailLine {
  return { depth, text };
}
