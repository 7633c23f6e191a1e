import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lock.ts';
import { buildFamily } from './tools/build-family.ts';
import { cacheKeyOf } from './tools/build-flags.ts';
import { createBuildProgress, type BuildProgress } from './tools/build-progress.ts';
import { recordBuildTime } from './tools/build-times.ts';
import {
  FAMILIES,
  ISTIO_VERSIONS,
  OPTIONAL_FAMILIES,
  type Family,
  type FamilyName,
  type OptionalIstioVersion,
} from './tools/catalog.ts';
import { checkDiskSpace } from './tools/disk-space.ts';
import { findGo, type Go } from './tools/find-go.ts';
import { findGoCaches } from './tools/go-environment.ts';
import type { IstioTools, ToolPaths } from './tools/tool-paths.ts';
import type { ControllerName } from './controllers/names.ts';
import { cacheRoot } from './xdg.ts';

export interface EnsureToolsOptions {
  /** All that every rig needs when absent. */
  readonly families?: readonly FamilyName[];
  /** These as well. */
  readonly controllers?: readonly ControllerName[];
  /** And these releases of Istio. */
  readonly istio?: readonly OptionalIstioVersion[];
  readonly progress?: BuildProgress;
  readonly signal?: AbortSignal | undefined;
}

const ALL: readonly Family[] = [...FAMILIES, ...OPTIONAL_FAMILIES];

/** Builds what is not in the cache yet, one family after another, and says where everything is. */
export async function ensureTools(options: EnsureToolsOptions = {}): Promise<ToolPaths> {
  const { families: wanted = FAMILIES.map(({ name }) => name), signal } = options;
  const { controllers = [], istio = [] } = options;
  const progress = options.progress ?? createBuildProgress(process.stderr);
  const cacheDir = cacheRoot();
  const go = await findGo({ cacheDir, log: progress.note, signal });
  const toolsDir = path.join(cacheDir, 'tools');
  const places = new Map<string, string>(
    ALL.map((family) => [family.name, path.join(toolsDir, cacheKeyOf(family, go.version))]),
  );
  const names: readonly string[] = [...wanted, ...controllers, ...istio.map(familyOf)];
  const families = ALL.filter(({ name }) => names.includes(name));
  const missing = () => families.filter(({ name }) => !existsSync(places.get(name) ?? ''));
  if (missing().length > 0) {
    const lock = { file: path.join(toolsDir, '.lock'), signal };
    const onWait = ({ pid }: { pid: number }) =>
      progress.note(`process ${pid} is building the tools already; waiting for it`);
    await withLock({ ...lock, onWait }, () =>
      buildAll({ families: missing(), places, toolsDir, go, progress, signal }),
    );
  }
  return toolPaths(places, [...ISTIO_VERSIONS, ...istio]);
}

interface BuildAll {
  readonly families: readonly Family[];
  readonly places: ReadonlyMap<string, string>;
  readonly toolsDir: string;
  readonly go: Go;
  readonly progress: BuildProgress;
  readonly signal: AbortSignal | undefined;
}

async function buildAll(options: BuildAll): Promise<void> {
  const { families, toolsDir, go, progress } = options;
  if (families.length === 0) return;
  removeDrafts(toolsDir);
  checkDiskSpace({ families, toolsDir, caches: await findGoCaches(go) });
  const usualSeconds = families.reduce((sum, family) => sum + family.usualSeconds, 0);
  progress.begin({ titles: families.map(({ title }) => title), usualSeconds });
  for (const [index, family] of families.entries()) {
    await buildOne(family, { ...options, position: index + 1 });
  }
}

async function buildOne(family: Family, options: BuildAll & { position: number }): Promise<void> {
  const { families, places, toolsDir, go, progress, position, signal } = options;
  const { title, usualSeconds } = family;
  const shown = progress.family({ title, usualSeconds, position, total: families.length });
  const startedAt = Date.now();
  const target = places.get(family.name) ?? '';
  const logFile = path.join(toolsDir, 'logs', `${family.name}.log`);
  try {
    await buildFamily({ family, go, target, logFile, onStep: shown.step, signal });
  } catch (error) {
    shown.failed();
    throw error;
  }
  const seconds = (Date.now() - startedAt) / 1000;
  recordBuildTime(toolsDir, { key: path.basename(target), seconds });
  shown.done(seconds);
}

/** Only called with the lock held: whatever draft is there belongs to a build that was killed. */
function removeDrafts(toolsDir: string): void {
  mkdirSync(toolsDir, { recursive: true });
  for (const name of readdirSync(toolsDir)) {
    if (name.startsWith('.building-')) {
      rmSync(path.join(toolsDir, name), { recursive: true, force: true });
    }
  }
}

type IstioVersion = (typeof ISTIO_VERSIONS)[number] | OptionalIstioVersion;

function familyOf<V extends IstioVersion>(version: V): `istio-${V}` {
  return `istio-${version}`;
}

function toolPaths(
  places: ReadonlyMap<string, string>,
  versions: readonly IstioVersion[],
): ToolPaths {
  const inFamily = (family: FamilyName, file: string) => path.join(places.get(family) ?? '', file);
  const istio = versions.map((version): [string, IstioTools] => [
    version,
    {
      version,
      istioctl: inFamily(familyOf(version), 'istioctl'),
      pilotDiscovery: inFamily(familyOf(version), 'pilot-discovery'),
    },
  ]);
  return {
    etcd: inFamily('etcd', 'etcd'),
    kubeApiserver: inFamily('kubernetes', 'kube-apiserver'),
    kubeControllerManager: inFamily('kubernetes', 'kube-controller-manager'),
    kubeScheduler: inFamily('kubernetes', 'kube-scheduler'),
    kubectl: inFamily('kubernetes', 'kubectl'),
    kwok: inFamily('kwok', 'kwok'),
    kwokAssets: inFamily('kwok', 'assets'),
    temporal: inFamily('temporal', 'temporal'),
    istio: Object.fromEntries(istio),
    controllers: {
      'argo-rollouts': {
        binary: inFamily('argo-rollouts', 'rollouts-controller'),
        assets: inFamily('argo-rollouts', 'assets/manifests/crds'),
      },
      flagger: {
        binary: inFamily('flagger', 'flagger'),
        assets: inFamily('flagger', 'assets/artifacts/flagger'),
      },
    },
  };
}
