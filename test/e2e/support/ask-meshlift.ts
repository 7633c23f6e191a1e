import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInstaller, createMeshServices } from '../../../src/activities/mesh-services.ts';
import { takeInventory } from '../../../src/activities/inventory/take-inventory.ts';
import type { MeshServices } from '../../../src/activities/services.ts';
import { openCluster, type ClusterAccess } from '../../../src/clients/cluster-access.ts';
import type { ClusterConfig, Config } from '../../../src/config/config.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import type { MeshInventory } from '../../../src/domain/inventory/inventory.ts';
import {
  evaluatePreflight,
  isWhollyThere,
} from '../../../src/domain/preflight/evaluate-preflight.ts';
import type { PreflightFacts } from '../../../src/domain/preflight/facts.ts';
import {
  API_VERSION,
  type RefreshRequest,
  type RollbackRequest,
  type TypedRequest,
  type UpgradeRequest,
} from '../../../src/domain/request/request.ts';
import { parseIstioVersion } from '../../../src/domain/version/istio-version.ts';
import { revisionNameOf } from '../../../src/domain/version/revision-name.ts';
import { mergeVersions } from '../../../src/domain/version/version-table.ts';
import type { Question } from '../scenarios/scenario.ts';
import { withRecords } from './sample-records.ts';
import { readJson, runMeshlift } from '../../cli/support/run-meshlift.ts';

/** As much of a finding as tells it apart. */
export type Found = Pick<Finding, 'code' | 'severity' | 'subject' | 'message'>;

/** meshlift as a scenario asks it, by the product's own code, in this process where it can be. */
export interface Meshlift {
  readonly inventory: (question: Question) => Promise<MeshInventory>;
  /** The rules, over an inventory that was taken for the same question. */
  readonly judge: (inventory: MeshInventory, question: Question) => readonly Found[];
  /** The whole way to a plan, istioctl included. */
  readonly plan: (question: Question) => Promise<readonly Found[]>;
  /** The command line, with the plan that was made when this was opened. */
  readonly start: () => Promise<readonly Found[]>;
  /** What `meshlift precheck --type refreshProxies` asks. */
  readonly refresh: (question: Question) => Promise<readonly Found[]>;
  /** What `meshlift plan --type rollbackMesh` says, with these records in the cluster meanwhile. */
  readonly rollback: (question: Question) => Promise<readonly Found[]>;
}

const CLUSTER = 'demo';
const TARGET = '1.26.1';

export async function openMeshlift({
  configFile,
  dir,
  env,
}: {
  readonly configFile: string;
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<Meshlift> {
  const config = loadConfig(configFile);
  const access = openCluster(entryOf(config));
  const services = new Map<string, MeshServices>();
  const planFile = path.join(dir, 'calm-plan.json');
  const planned = await runMeshlift(['plan', CLUSTER, '--target', TARGET, '--output', 'json'], {
    env,
  });
  if (planned.code !== 0) throw new Error(`no plan of the calm mesh: ${planned.stdout}`);
  writeFileSync(planFile, planned.stdout);
  const find = async (asked: TypedRequest, question: Question): Promise<readonly Found[]> => {
    const key = JSON.stringify([question.supplied, question.meshNamespace, question.versions]);
    const known = services.get(key) ?? createMeshServices(configOf(config, question));
    services.set(key, known);
    const planned = await known.plan(asked, new AbortController().signal);
    return planned.kind === 'plan' ? planned.plan.findings : planned.findings;
  };
  return {
    inventory: async (question) => take(access, config, question),
    judge: (inventory, question) => judge(inventory, { config, question }),
    plan: async (question) => find({ type: 'upgradeMesh', request: requestOf(question) }, question),
    start: async () => refusalOf(planFile, env),
    refresh: async (question) =>
      find({ type: 'refreshProxies', request: refreshOf(question) }, question),
    rollback: async (question) =>
      withRecords(access.worker, question.records ?? [], () =>
        find({ type: 'rollbackMesh', request: rollbackOf(question) }, question),
      ),
  };
}

function entryOf(config: Config): ClusterConfig {
  const entry = config.clusters.get(CLUSTER);
  if (entry === undefined) throw new Error(`no cluster ${CLUSTER} in ${config.file}`);
  return entry;
}

async function take(
  access: ClusterAccess,
  config: Config,
  { meshNamespace = entryOf(config).meshNamespace }: Question,
): Promise<MeshInventory> {
  return takeInventory(access, { cluster: CLUSTER, meshNamespace });
}

/** The configuration with what a question changes of it. */
function configOf(
  config: Config,
  { supplied, meshNamespace, versions = [], first }: Question,
): Config {
  const entry = entryOf(config);
  const { policy } = entry;
  const changed = {
    ...entry,
    meshNamespace: meshNamespace ?? entry.meshNamespace,
    policy: first === undefined ? policy : { ...policy, waves: { ...policy.waves, first } },
  };
  return {
    ...config,
    clusters: new Map([[CLUSTER, changed]]),
    versions: mergeVersions(config.versions, versions),
    istioctl: Object.fromEntries(
      Object.entries(config.istioctl).filter(([version]) => supplied?.includes(version) ?? true),
    ),
  };
}

function requestOf({ target = TARGET, takeOver }: Question): UpgradeRequest {
  return {
    apiVersion: API_VERSION,
    cluster: CLUSTER,
    target,
    overrides: [],
    ...(takeOver === undefined ? {} : { takeOver }),
  };
}

function refreshOf({ revision }: Question): RefreshRequest {
  return {
    apiVersion: API_VERSION,
    cluster: CLUSTER,
    overrides: [],
    ...(revision === undefined ? {} : { revision }),
  };
}

function rollbackOf({ run }: Question): RollbackRequest {
  return {
    apiVersion: API_VERSION,
    cluster: CLUSTER,
    overrides: [],
    ...(run === undefined ? {} : { run }),
  };
}

/** The rules as planning asks them, but for what only a rendered release tells. */
function judge(
  inventory: MeshInventory,
  { config, question }: { readonly config: Config; readonly question: Question },
): readonly Found[] {
  const { target: text = TARGET, strategy = 'canary', direction = 'up', takeOver } = question;
  const target = parseIstioVersion(text);
  if (target === undefined) throw new Error(`${text} is no version`);
  const changed = configOf(config, question);
  const facts: PreflightFacts = {
    mesh: inventory.mesh,
    inventory,
    strategy,
    direction,
    target,
    targetRevision: revisionNameOf(target),
    available: createInstaller(changed).versions(),
    versions: changed.versions,
    today: new Date().toISOString().slice(0, 10),
    policy: entryOf(changed).policy,
    ...(takeOver === undefined ? {} : { takeOver }),
  };
  return isWhollyThere(facts) ? [] : evaluatePreflight(facts);
}

/** With no Temporal server there a plan that still holds is refused for that, and nothing starts. */
async function refusalOf(
  planFile: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly Found[]> {
  const refused = await runMeshlift(['start', '--plan', planFile, '--output', 'json'], {
    env: { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
  const { code, message, changes } = readJson(refused) as unknown as Refusal;
  if (code === 'NoConnection') return [];
  if (code !== 'PlanChanged') throw new Error(`not about the plan: ${code}: ${message}`);
  return changes.map(({ subject }) => ({ code, severity: 'blocking', subject, message }));
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly changes: readonly { readonly subject: string }[];
}
