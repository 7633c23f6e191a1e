import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { formatPath } from '../domain/request/parse-request.ts';
import type { Policy } from '../domain/policy.ts';
import { ConfigError, type ClusterConfig, type Config } from './config.ts';
import { configFile, defaultPolicy, type ConfigFile, type PolicyFile } from './schema.ts';

const MAX_BYTES = 1_000_000;

/** Reads `meshlift.yaml`. Relative paths in it are relative to the file. Throws `ConfigError`. */
export function loadConfig(file: string): Config {
  const absolute = path.resolve(file);
  return toConfig(absolute, parseFile(absolute, readText(absolute)));
}

function readText(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > MAX_BYTES) {
      throw new ConfigError(`${file}: expected at most ${MAX_BYTES} bytes, found ${text.length}`);
    }
    return text;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `cannot read the configuration ${file}: ${why}. Name another file with --config or MESHLIFT_CONFIG`,
    );
  }
}

function parseFile(file: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: true,
  });
  const [syntax] = document.errors;
  if (syntax !== undefined) throw new ConfigError(`${file}: ${syntax.message}`);

  const value = toValue(file, document);
  const parsed = configFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) =>
      `${file}${positionOf(document, lines, issue.path)}: ${formatPath(issue.path)}: ${issue.message}`,
  );
  throw new ConfigError(problems.join('\n'));
}

/** Aliases are resolved only here: one of nothing, or a bomb of them, is the file's fault. */
function toValue(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${file}: ${why}; write the value out instead of the alias`);
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
    },
  ]);
  const binaries = Object.entries(parsed.installers.istioctl.binaries).map(
    ([version, binary]) => [version, { ...binary, path: resolve(binary.path) }] as const,
  );
  return {
    file,
    taskQueue,
    ...(webUrl === undefined ? {} : { webUrl }),
    clusters: new Map(clusters),
    istioctl: Object.fromEntries(binaries),
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
  const { start, complete } = file.gates;
  return {
    name,
    soakSeconds: file.soak,
    healthPollSeconds: file.healthPoll,
    gates: {
      ...(start === undefined ? {} : { start: { expiresSeconds: start.expires } }),
      complete: { expiresSeconds: complete.expires },
    },
    restart: {
      maxPodsInFlight: file.restart.maxPodsInFlight,
      workloadDeadlineSeconds: file.restart.workloadDeadline,
    },
    controlPlaneDeadlineSeconds: file.controlPlaneDeadline,
    pruneGraceSeconds: file.pruneGrace,
    haltExpirySeconds: file.haltExpiry,
  };
}
