import type { ClusterAccess } from '../../clients/cluster-access.ts';
import { stopsRun, type Finding } from '../../domain/finding.ts';
import { gatewayNamespaces } from '../../domain/inventory/gateway-namespaces.ts';
import type { MeshInventory } from '../../domain/inventory/inventory.ts';
import { compareText } from '../../domain/kubernetes-object.ts';
import { requiredAccess } from '../../domain/planning/required-access.ts';
import type { Policy } from '../../domain/policy.ts';
import { sortFindings } from '../../domain/preflight/evaluate-preflight.ts';
import { checkRefresh } from '../../domain/refresh/check-refresh.ts';
import { judgeProxies, type JudgedProxies } from '../../domain/refresh/judge-proxies.ts';
import {
  currentFinding,
  keptFindings,
  severalFinding,
  silentFindings,
  unknownRevisionFinding,
} from '../../domain/refresh/refresh-findings.ts';
import { refreshSteps } from '../../domain/refresh/refresh-steps.ts';
import { treatWorkloads } from '../../domain/restart/treatment.ts';
import { API_VERSION, type RefreshRequest } from '../../domain/request/request.ts';
import { compareIstioVersions } from '../../domain/version/istio-version.ts';
import { checkAccess } from '../check-access.ts';
import { blocked, concludePlan, type Compiled, type PlanDraft } from '../conclude-plan.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import { readRenderedProxies } from './read-rendered-proxies.ts';

export interface CompileRefresh {
  readonly request: RefreshRequest;
  readonly policy: Policy;
  readonly meshNamespace: string;
  readonly runId?: string;
}

/**
 * From a request and a live cluster to the plan of a refresh, or to the reasons why there is none.
 * Reads only: what the injectors render is asked for by dry runs.
 */
export async function compileRefresh(
  access: ClusterAccess,
  compileRequest: CompileRefresh,
): Promise<Compiled> {
  const { request, policy, meshNamespace } = compileRequest;
  const { cluster, revision } = request;
  const inventory = await takeInventory(access, { cluster, meshNamespace });
  const rendered = await readRenderedProxies(access.worker, meshNamespace, inventory);
  const judged = ofRevision(
    judgeProxies(inventory, treatWorkloads(inventory, policy.restart), rendered),
    revision,
  );
  const revisions = [...new Set(judged.older.map(({ target }) => target.revision))];
  const early = [
    ...silentFindings(rendered, { meshNamespace, revision }),
    ...keptFindings(judged.kept),
    ...(revision !== undefined && !Object.hasOwn(rendered, revision)
      ? [unknownRevisionFinding(cluster, revision, Object.keys(rendered))]
      : []),
    ...(revisions.length > 1 ? [severalFinding(cluster, revisions.toSorted(compareText))] : []),
  ];
  if (early.some(stopsRun)) return blocked(inventory, early);
  if (judged.older.length === 0) {
    const findings = sortFindings([currentFinding(judged, { cluster, revision }), ...early]);
    return { planned: { kind: 'nothing-to-do', findings }, inventory };
  }
  return planFrom({ access, compileRequest, inventory, judged, early });
}

/** What the request is about: all that is older, or what one revision would inject. */
function ofRevision(judged: JudgedProxies, revision: string | undefined): JudgedProxies {
  if (revision === undefined) return judged;
  return { ...judged, older: judged.older.filter(({ target }) => target.revision === revision) };
}

interface Material {
  readonly access: ClusterAccess;
  readonly compileRequest: CompileRefresh;
  readonly inventory: MeshInventory;
  readonly judged: JudgedProxies;
  readonly early: readonly Finding[];
}

async function planFrom(material: Material): Promise<Compiled> {
  const { access, compileRequest, inventory, judged, early } = material;
  const { request, policy, runId } = compileRequest;
  const draft = draftPlan(material);
  const rights = await checkAccess(access, requiredAccess(draft));
  const rules = checkRefresh(inventory, {
    older: judged.older,
    to: draft.to,
    policy,
    ...(runId === undefined ? {} : { runId }),
    ...(request.takeOver === undefined ? {} : { takeOver: request.takeOver }),
  });
  return concludePlan(draft, {
    inventory,
    findings: [...early, ...rules, ...rights],
    overrides: request.overrides,
  });
}

function draftPlan({ compileRequest, inventory, judged }: Material): PlanDraft {
  const { request, policy, meshNamespace } = compileRequest;
  const [first] = judged.older;
  const [oldest] = judged.older.map((each) => each.oldest).toSorted(compareIstioVersions);
  if (first === undefined || oldest === undefined) throw new TypeError('nothing is older');
  const { target } = first;
  return {
    apiVersion: API_VERSION,
    cluster: { name: request.cluster, uid: inventory.mesh.clusterUid },
    meshNamespace,
    strategy: 'refresh',
    from: { revision: target.revision, version: oldest },
    to: { revision: target.revision, version: target.version },
    ...(request.reason === undefined ? {} : { reason: request.reason }),
    steps: refreshSteps({
      older: judged.older,
      kept: judged.kept,
      target,
      policy,
      gatewayNamespaces: gatewayNamespaces(inventory),
    }),
    policy,
    binaries: {},
  };
}
