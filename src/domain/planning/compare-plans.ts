import { diffFields, type FieldDifference } from '../diff/diff-fields.ts';
import type { Finding } from '../finding.ts';
import { formatRef, type Json } from '../kubernetes-object.ts';
import type { ObservedMesh } from '../mesh/observed-mesh.ts';
import { compareRefreshes } from '../refresh/compare-refresh.ts';
import { boundFindings, boundPlan } from './bound-plan.ts';
import { compareSeen } from './compare-seen.ts';
import type { Planned, PlannedObject, UpgradePlan } from './plan.ts';
import type { PlanChange } from './plan-change.ts';

/**
 * Every object that changed between a kept plan and what planning says now, and how. Empty only when
 * both are the same plan.
 */
export function comparePlans(
  kept: UpgradePlan,
  now: Planned,
  mesh: ObservedMesh,
): readonly PlanChange[] {
  const findings = now.kind === 'plan' ? now.plan.findings : now.findings;
  const named = [
    ...compareMesh(kept, now, mesh),
    ...(now.kind === 'plan' ? compareDecided(kept, now.plan) : []),
    ...compareFindings(kept.findings, findings),
  ];
  if (named.length > 0) return named;
  if (now.kind !== 'plan')
    return [{ kind: 'changed', subject: 'plan', from: 'plan', to: now.kind }];
  // Whatever else makes another plan, such as other waves, is named by where it stands in the plan.
  return asChanges('plan', diffFields(jsonOf(boundPlan(kept)), jsonOf(boundPlan(now.plan))));
}

/** What the mesh is otherwise; where no selector moves only as far as the plan is about it. */
function compareMesh(kept: UpgradePlan, now: Planned, mesh: ObservedMesh): readonly PlanChange[] {
  if (kept.strategy === 'rollback') return [];
  if (kept.strategy === 'canary') return compareSeen(kept, mesh);
  return now.kind === 'plan' ? compareRefreshes(kept, now.plan) : [];
}

/** What follows from configuration, policy and installer rather than from what the mesh is. */
function compareDecided(kept: UpgradePlan, now: UpgradePlan): readonly PlanChange[] {
  const objects = compareObjects(objectsOf(kept), objectsOf(now));
  return [
    ...asChanges(`policy ${now.policy.name}`, diffFields(jsonOf(kept.policy), jsonOf(now.policy))),
    ...asChanges('istioctl sha256', diffFields(kept.binaries, now.binaries)),
    ...objects,
  ];
}

function objectsOf({ steps }: UpgradePlan): ReadonlyMap<string, PlannedObject> {
  return new Map(
    steps
      .flatMap((step) => ('objects' in step ? step.objects : []))
      .map((object) => [formatRef(object.ref), object]),
  );
}

function compareObjects(
  kept: ReadonlyMap<string, PlannedObject>,
  now: ReadonlyMap<string, PlannedObject>,
): PlanChange[] {
  return [...new Set([...kept.keys(), ...now.keys()])].flatMap((subject): PlanChange[] => {
    const [then, since] = [kept.get(subject), now.get(subject)];
    if (then === undefined) return [{ kind: 'appeared', subject }];
    if (since === undefined) return [{ kind: 'disappeared', subject }];
    return compareObject(subject, then, since);
  });
}

/** The live object by what the two dry runs say of it; its render by the digest. */
function compareObject(subject: string, then: PlannedObject, now: PlannedObject): PlanChange[] {
  if (then.uid === undefined && now.uid !== undefined) return [{ kind: 'appeared', subject }];
  if (then.uid !== undefined && now.uid === undefined) return [{ kind: 'disappeared', subject }];
  const identity = asChanges(subject, diffFields({ uid: then.uid }, { uid: now.uid }));
  if (then.rendered !== now.rendered) {
    const rendered = { from: then.rendered ?? null, to: now.rendered ?? null };
    return [...identity, { kind: 'changed', subject, path: '(as it is rendered)', ...rendered }];
  }
  return [
    ...identity,
    ...compareLive(subject, then.diff ?? [], now.diff ?? []),
    ...asChanges(
      subject,
      diffFields(then.diffLeftOut, now.diffLeftOut, '(differences beyond the first)'),
    ),
  ];
}

/** Both renders are equal, so a field that differs from it in one look only was edited in between. */
function compareLive(
  subject: string,
  then: readonly FieldDifference[],
  now: readonly FieldDifference[],
): PlanChange[] {
  const [before, after] = [byPath(then), byPath(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((path) => {
    const [a, b] = [before.get(path), after.get(path)];
    const wanted = a?.to ?? b?.to;
    const was = a === undefined ? wanted : a.from;
    const is = b === undefined ? wanted : b.from;
    return asChanges(subject, diffFields(was, is, path));
  });
}

function byPath(differences: readonly FieldDifference[]): ReadonlyMap<string, FieldDifference> {
  return new Map(differences.map((difference) => [difference.path, difference]));
}

/** Findings that only inform come and go without another plan. */
function compareFindings(kept: readonly Finding[], now: readonly Finding[]): PlanChange[] {
  const nameOf = ({ code, subject }: Pick<Finding, 'code' | 'subject'>): string =>
    `finding ${code} ${subject}`;
  const then = new Map(boundFindings(kept).map((finding) => [nameOf(finding), finding]));
  const since = new Map(boundFindings(now).map((finding) => [nameOf(finding), finding]));
  const messages = new Map(now.map((finding) => [nameOf(finding), finding.message]));
  return [...new Set([...then.keys(), ...since.keys()])].flatMap((subject): PlanChange[] => {
    const [a, b] = [then.get(subject), since.get(subject)];
    if (a === undefined) return [{ kind: 'appeared', subject, to: messages.get(subject) ?? '' }];
    if (b === undefined) return [{ kind: 'disappeared', subject }];
    return asChanges(subject, diffFields(jsonOf(a), jsonOf(b)));
  });
}

function asChanges(subject: string, differences: readonly FieldDifference[]): PlanChange[] {
  return differences.map((difference) => ({ kind: 'changed', subject, ...difference }));
}

function jsonOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
