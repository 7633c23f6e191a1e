import path from 'node:path';
import type { $ZodIssue } from 'zod/v4/core';
import { isNode, type Document, type LineCounter } from 'yaml';
import { formatPath } from '../domain/request/parse-request.ts';
import type { Policy } from '../domain/policy.ts';
import { KNOWN_VERSIONS } from '../domain/version/known-versions.ts';
import { mergeVersions } from '../domain/version/version-table.ts';
import { toApprovals, toApprovers } from './approvals/to-approvals.ts';
import { toArtefacts, withBlocked } from './artefacts/to-artefacts.ts';
import { ConfigError, type ClusterConfig, type Config, type ManualInjection } from './config.ts';
import { cacheFolder } from './environment.ts';
import { toNotifiers } from './notifications/to-notifiers.ts';
import { parseYaml, UnreadableYaml, type ParsedYaml } from './parse-yaml.ts';
import { readText, UnreadableText } from './read-text.ts';
import {
  configFile,
  defaultPolicy,
  type ConfigFile,
  type ManualInjectionFile,
  type PolicyFile,
} from './schema.ts';
import { toVersionRows } from './version-rows.ts';
import { toPolicyWindows, toWindows, windowProblems } from './windows/to-windows.ts';

const MAX_BYTES = 1_000_000;

/** Reads `meshlift.yaml`. Relative paths in it are relative to the file. Throws `ConfigError`. */
export function loadConfig(file: string): Config {
  const absolute = path.resolve(file);
  return toConfig(absolute, parseFile(absolute, readFile(absolute)));
}

function readFile(file: string): string {
  try {
    return readText(file, MAX_BYTES);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (error instanceof UnreadableText) throw new ConfigError(`${file}: ${why}`);
    throw new ConfigError(
      `cannot read the configuration ${file}: ${why}. Name another file with --config or MESHLIFT_CONFIG`,
    );
  }
}

function parseFile(file: string, text: string): ConfigFile {
  const { document, lines, value } = parseText(file, text);
  const parsed = configFile.safeParse(value);
  const problems = parsed.success
    ? windowProblems(parsed.data, (relative) => path.resolve(path.dirname(file), relative))
    : parsed.error.issues.map((issue) => ({ path: issue.path, message: messageOf(issue) }));
  if (parsed.success && problems.length === 0) return parsed.data;
  const words = problems.map(
    ({ path: at, message }) =>
      `${file}${positionOf(document, lines, at)}: ${formatPath(at)}: ${message}`,
  );
  throw new ConfigError(words.join('\n'));
}

/** What is wrong with a key stands one level deeper than that it is wrong. */
function messageOf(issue: $ZodIssue): string {
  const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
  return inner?.message ?? issue.message;
}

function parseText(file: string, text: string): ParsedYaml {
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof UnreadableYaml)) throw error;
    throw new ConfigError(`${file}: ${error.message}`);
  }
}

/** `:line:column` of the deepest part of the path that is in the document. */
function positionOf(document: Document, lines: LineCounter, at: readonly PropertyKey[]): string {
  for (let length = at.length; length >= 0; length -= 1) {
    const node = document.getIn(at.slice(0, length), true);
    if (isNode(node) && node.range !== null && node.range !== undefined) {
      const { line, col } = lines.linePos(node.range[0]);
      return `:${line}:${col}`;
    }
  }
  return '';
}

function toConfig(file: string, parsed: ConfigFile): Config {
  const here = path.dirname(file);
  const resolve = (relative: string): string => path.resolve(here, relative);
  const { taskQueue, webUrl } = parsed.temporal;

  const clusters = Object.entries(parsed.clusters).map(([name, entry]): [string, ClusterConfig] => [
    name,
    {
      name,
      kubeconfig: resolve(entry.kubeconfig),
      installerKubeconfig: resolve(entry.installerKubeconfig ?? entry.kubeconfig),
      ...(entry.context === undefined ? {} : { context: entry.context }),
      meshNamespace: entry.meshNamespace,
      installer: entry.installer,
      taskQueue: entry.taskQueue ?? taskQueue,
      policy: toPolicy(entry.policy, findPolicy(file, parsed, name, entry.policy)),
      ...(entry.manualInjection === undefined
        ? {}
        : { manualInjection: toManualInjection(entry.manualInjection, resolve) }),
    },
  ]);
  const { istioctl } = parsed.installers;
  const defaultCache = path.join(cacheFolder(process.env), 'artefacts');
  const artefacts = toArtefacts(istioctl, { resolve, defaultCache });
  const known = mergeVersions(KNOWN_VERSIONS, toVersionRows(file, parsed.versions));
  const binaries = Object.entries(istioctl.binaries).map(
    ([version, binary]) => [version, { ...binary, path: resolve(binary.path) }] as const,
  );
  return {
    file,
    taskQueue,
    ...(webUrl === undefined ? {} : { webUrl }),
    clusters: new Map(clusters),
    istioctl: Object.fromEntries(binaries),
    ...(artefacts === undefined ? {} : { artefacts }),
    ...toApprovers(parsed.approvers, resolve),
    ...toNotifiers(parsed.notifications, resolve),
    ...toWindows(parsed, resolve),
    versions: withBlocked(known, istioctl.blocked, file),
  };
}

function toManualInjection(
  entry: ManualInjectionFile,
  resolve: (relative: string) => string,
): ManualInjection {
  const { manifests, namespace, injectConfigFile, meshConfigFile, valuesFile } = entry;
  return {
    manifests: resolve(manifests),
    ...(namespace === undefined ? {} : { namespace }),
    ...(injectConfigFile === undefined ? {} : { injectConfigFile: resolve(injectConfigFile) }),
    ...(meshConfigFile === undefined ? {} : { meshConfigFile: resolve(meshConfigFile) }),
    ...(valuesFile === undefined ? {} : { valuesFile: resolve(valuesFile) }),
  };
}

function findPolicy(file: string, parsed: ConfigFile, cluster: string, wanted: string): PolicyFile {
  if (Object.hasOwn(parsed.policies, wanted)) {
    const found = parsed.policies[wanted];
    if (found !== undefined) return found;
  }
  if (wanted === 'default') return defaultPolicy();
  const known = Object.keys(parsed.policies).join(', ') || 'none';
  throw new ConfigError(
    `${file}: $.clusters.${cluster}.policy: expected a policy of this file (${known}), found "${wanted}"`,
  );
}

function toPolicy(name: string, file: PolicyFile): Policy {
  const { critical, first, percentages, maxWorkloadsPerWave } = file.waves;
  return {
    name,
    soakSeconds: file.soak,
    healthPollSeconds: file.healthPoll,
    ...toApprovals(file),
    ...toPolicyWindows(file),
    waves: {
      critical,
      ...(first === undefined ? {} : { first }),
      ...(percentages === undefined ? {} : { percentages }),
      ...(maxWorkloadsPerWave === undefined ? {} : { maxWorkloadsPerWave }),
    },
    restart: {
      ...(file.restart.method === undefined ? {} : { method: file.restart.method }),
      maxPodsInFlight: file.restart.maxPodsInFlight,
      ...(file.restart.maxFailures === undefined ? {} : { maxFailures: file.restart.maxFailures }),
      ...(file.restart.onBreach === undefined ? {} : { onBreach: file.restart.onBreach }),
      ...(file.restart.maxPodsPerSecond === undefined
        ? {}
        : { maxPodsPerSecond: file.restart.maxPodsPerSecond }),
      workloadDeadlineSeconds: file.restart.workloadDeadline,
      ...(file.restart.recreateBarePods === undefined
        ? {}
        : { recreateBarePods: file.restart.recreateBarePods }),
    },
    census: { connections: file.census.connections, waitSeconds: file.census.wait },
    controlPlaneDeadlineSeconds: file.controlPlaneDeadline,
    pruneGraceSeconds: file.pruneGrace,
    haltExpirySeconds: file.haltExpiry,
  };
}
