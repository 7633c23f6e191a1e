import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { Change, ObjectName } from '../scenarios/scenario.ts';
import { eventually } from './eventually.ts';
import { buildMerge, copyOf, mergeInto, setValues, type Json } from './json-change.ts';
import { placeOf, renamed } from './object-path.ts';
import type { LiveObject } from './projection.ts';

/** Takes one change back: the object is then as it was, down to who owns its fields. */
export type TakeBack = () => Promise<void>;

const WORKER_ROLE = 'ClusterRole meshlift-worker';

/** Carries changes out one after the other; what was done is taken back when one of them fails. */
export async function carryOut(
  kubernetes: ApiClient,
  changes: readonly Change[],
): Promise<TakeBack> {
  const done: { readonly kind: Change['kind']; readonly takeBack: TakeBack }[] = [];
  const takeAllBack = async (): Promise<void> => {
    // What was removed comes last: another of the changes may be what keeps it away.
    const isRemoval = ({ kind }: { readonly kind: Change['kind'] }): number =>
      Number(kind === 'remove');
    const errors: unknown[] = [];
    for (const { takeBack } of done.toReversed().sort((a, b) => isRemoval(a) - isRemoval(b))) {
      await takeBack().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, 'not all could be taken back');
  };
  try {
    for (const change of changes) {
      done.push({ kind: change.kind, takeBack: await carryOutOne(kubernetes, change) });
    }
  } catch (error) {
    await takeAllBack();
    throw error;
  }
  return takeAllBack;
}

async function carryOutOne(kubernetes: ApiClient, change: Change): Promise<TakeBack> {
  switch (change.kind) {
    case 'create':
      return make(kubernetes, change.object, change.content);
    case 'copy': {
      const original = await kubernetes.get<LiveObject>(placeOf(change.object).path);
      return make(kubernetes, renamed(change.object, change.name), copyOf(original, change));
    }
    case 'patch':
      return alter(kubernetes, change.object, (live) => mergeInto(live, change.merge));
    case 'edit':
      return alter(
        kubernetes,
        change.object,
        (live) => setValues(live, change.set),
        change.subresource,
      );
    case 'withdraw':
      return withdraw(kubernetes, change.resource);
    case 'remove':
      return removeOne(kubernetes, change.object);
  }
}

async function make(kubernetes: ApiClient, object: ObjectName, content: Json): Promise<TakeBack> {
  const { apiVersion, kind, name, namespace, collection } = placeOf(object);
  const metadata = { ...(content['metadata'] as Json | undefined), name, namespace };
  const manifest = { ...content, apiVersion, kind, metadata };
  // The kind may be one whose definition was made a moment ago.
  await eventually(() => kubernetes.post(collection, manifest).then(() => true), {
    what: `${object} is made`,
    withinMs: kind === 'Pod' ? 30_000 : 10_000,
  });
  return async () => {
    const { path } = placeOf(object);
    await kubernetes.delete(`${path}?gracePeriodSeconds=0&propagationPolicy=Background`);
    await eventually(async () => (await kubernetes.find(path)) === undefined, {
      what: `${object} is gone`,
    });
  };
}

async function alter(
  kubernetes: ApiClient,
  object: ObjectName,
  change: (live: Json) => Json,
  subresource?: 'status',
): Promise<TakeBack> {
  const { path } = placeOf(object);
  const target = subresource === undefined ? path : `${path}/${subresource}`;
  const before = await kubernetes.get<LiveObject>(path);
  const merge = buildMerge(before, change(before));
  if (isDeepStrictEqual(merge, {})) throw new Error(`${object} is so already`);
  await kubernetes.patch(target, 'merge', merge);
  return async () => {
    const now = await kubernetes.get<LiveObject>(path);
    await kubernetes.patch(target, 'merge', buildMerge(partOf(now, merge), partOf(before, merge)));
    // The patch back made its author the owner of what it wrote, which an installer would see.
    const { managedFields } = before.metadata as { readonly managedFields?: unknown };
    await kubernetes.patch(path, 'merge', { metadata: { managedFields } });
  };
}

/** As much of an object as a merge patch speaks of: the rest is its controllers' business. */
function partOf(object: Json, merge: Json): Json {
  return Object.fromEntries(
    Object.keys(merge)
      .filter((key) => object[key] !== undefined)
      .map((key) => {
        const [value, part] = [object[key], merge[key]];
        return [key, isJson(value) && isJson(part) ? partOf(value, part) : value];
      }),
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function removeOne(kubernetes: ApiClient, object: ObjectName): Promise<TakeBack> {
  const { path, collection } = placeOf(object);
  const before = await kubernetes.get<LiveObject>(path);
  await kubernetes.delete(path);
  return async () => {
    // Whoever keeps such objects may have been quicker.
    const isThere = async (): Promise<boolean> => (await kubernetes.find(path)) !== undefined;
    const content = copyOf(before, { replacing: {}, merge: {} });
    const isBack = async (): Promise<boolean> =>
      (await isThere()) || kubernetes.post(collection, content).then(isThere);
    await eventually(isBack, { what: `${object} is back`, withinMs: 10_000 });
  };
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}

/** A right as RBAC has it; `resource` may be `pods/eviction`. */
interface Right {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

async function withdraw(kubernetes: ApiClient, resource: string): Promise<TakeBack> {
  const role = await kubernetes.get<{ readonly rules: readonly Rule[] }>(placeOf(WORKER_ROLE).path);
  const rule = role.rules.find(({ resources }) => resources?.includes(resource) === true);
  if (rule === undefined) throw new Error(`${WORKER_ROLE} says nothing of ${resource}`);
  const right = { group: rule.apiGroups?.[0] ?? '', resource, verb: rule.verbs.at(-1) ?? '' };
  const takeBack = await alter(kubernetes, WORKER_ROLE, (live) => ({
    ...live,
    rules: role.rules.flatMap((each) => {
      const resources = each.resources?.filter((one) => one !== resource);
      return resources?.length === 0 ? [] : [{ ...each, resources }];
    }),
  }));
  await untilAllowed(kubernetes, right, false);
  return async () => {
    await takeBack();
    await untilAllowed(kubernetes, right, true);
  };
}

/** The API server's authorizer learns of a role a moment after it was written. */
async function untilAllowed(
  kubernetes: ApiClient,
  { group, resource: whole, verb }: Right,
  wanted: boolean,
): Promise<void> {
  const [resource, subresource] = whole.split('/');
  const resourceAttributes = { group, resource, subresource, verb };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { groups: ['meshlift:worker'], resourceAttributes },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  await eventually(
    async () => {
      const answer = await kubernetes.post<{ readonly status: { readonly allowed: boolean } }>(
        path,
        review,
      );
      return answer.status.allowed === wanted;
    },
    { what: `the worker ${wanted ? 'may' : 'may not'} ${verb} ${whole}` },
  );
}
