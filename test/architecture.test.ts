import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../scripts/lib/workflow-bundle.ts';
import { ENVIRONMENT_VARIABLES } from '../src/config/environment.ts';
import { FINDING_CODES } from '../src/domain/finding.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const trackedFiles = (): readonly string[] =>
  execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' })
    .split('\0')
    // A file that somebody is just deleting is still listed.
    .filter((file) => file !== '' && existsSync(path.join(ROOT, file)));

describe('import walls', () => {
  const WALL_RULE = '@typescript-eslint/no-restricted-imports';
  let eslint: ESLint;

  beforeAll(() => {
    eslint = new ESLint({ cwd: ROOT });
  });

  /** What the walls say of a text that stands, for the moment, in place of a file of that room. */
  async function wallsBrokenBy(text: string, file: string): Promise<readonly string[]> {
    expect(existsSync(path.join(ROOT, file))).toBe(true);
    const [result] = await eslint.lintText(text, { filePath: path.join(ROOT, file) });
    const messages = result?.messages ?? [];
    expect(messages.filter(({ fatal }) => fatal === true)).toEqual([]);
    return messages.flatMap(({ ruleId, message }) => (ruleId === WALL_RULE ? [message] : []));
  }

  const [workflow, activity] = ['src/workflows/gate.ts', 'src/activities/inspect-mesh.ts'];
  const [domain, schema] = ['src/domain/outcome.ts', 'src/domain/request/schema.ts'];
  const [installer, client] = ['src/installers/istioctl/tag.ts', 'src/clients/kubernetes.ts'];
  const rig = 'rig/ports.ts';
  const notifier = 'src/notifications/slack.ts';
  const [approvals, artefacts] = [
    'src/approvals/verify-decision.ts',
    'src/artefacts/verify-artefact.ts',
  ];

  it.each([
    [workflow, "import { condition } from '@temporalio/workflow';"],
    [workflow, "import type { PlanAnswer } from '../activities/claim-run.ts';"],
    [workflow, "import type { Progress } from '../domain/progress.ts';"],
    [workflow, "import { advanceStep } from '../domain/rollout/advance-step.ts';"],
    [domain, "import { assertNever } from './assert-never.ts';"],
    [schema, "import * as z from 'zod';"],
    [activity, "import { parseIstioVersion } from '../domain/version/istio-version.ts';"],
    [installer, "import { CommandError } from '../../clients/command-error.ts';"],
    [client, "import { setTimeout } from 'node:timers/promises';"],
    [approvals, "import { readText } from '../config/read-text.ts';"],
    [artefacts, "import type { Config } from '../config/config.ts';"],
    [rig, "import { connect } from 'node:net';"],
    [notifier, "import { Agent } from 'undici';"],
    [workflow, "import type { Recipient } from '../notifications/recipients.ts';"],
  ])('%s may hold: %s', async (file, text) => {
    expect(await wallsBrokenBy(text, file)).toEqual([]);
  });

  it.each([
    [workflow, "import { createActivities } from '../activities/index.ts';"],
    [workflow, "import { readFileSync } from 'node:fs';"],
    [workflow, "import path from 'path';"],
    [workflow, "import * as z from 'zod';"],
    [workflow, "import { Client } from '@temporalio/client';"],
    [workflow, "import { heartbeat } from '@temporalio/activity';"],
    [workflow, "import { createKubernetesClient } from '../clients/kubernetes.ts';"],
    [workflow, "import { parseRequest } from '../domain/request/parse-request.ts';"],
    [workflow, "import { stopsRun } from '../domain/finding.ts';"],
    [workflow, "import { connect } from 'domain';"],
    [domain, "import { log } from '@temporalio/workflow';"],
    [domain, "import { createHash } from 'node:crypto';"],
    [domain, "import * as z from 'zod';"],
    [domain, "import type { Run } from '../workflows/run.ts';"],
    [activity, "import { createRun } from '../workflows/run.ts';"],
    [installer, "import { log } from '@temporalio/activity';"],
    [client, "import { parseIstioVersion } from '../domain/version/istio-version.ts';"],
    [approvals, "import { Client } from '@temporalio/client';"],
    [approvals, "import { createKubernetesClient } from '../clients/kubernetes.ts';"],
    [workflow, "import { verifyDecision } from '../approvals/verify-decision.ts';"],
    [domain, "import type { Token } from '../approvals/token.ts';"],
    [artefacts, "import { createActivities } from '../activities/index.ts';"],
    [notifier, "import { log } from '@temporalio/activity';"],
    [notifier, "import { startRig } from '../../rig/start-rig.ts';"],
    [workflow, "import { recipientsOf } from '../notifications/recipients.ts';"],
    [rig, "import { loadConfig } from '../src/config/load-config.ts';"],
    [rig, "import type { Config } from '../src/config/config.ts';"],
    ['src/worker.ts', "import { startRig } from '../rig/start-rig.ts';"],
  ])('%s may not hold: %s', async (file, text) => {
    expect(await wallsBrokenBy(text, file)).not.toEqual([]);
  });
});

describe('the workflow bundle', () => {
  const source = (file: string): string => path.join(ROOT, 'src', file);

  /** Bundles the real workflows with lines of ours in front. */
  async function bundleWith(...lines: readonly string[]): Promise<string> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-planted-'));
    try {
      symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
      const file = path.join(folder, 'index.ts');
      const workflows = `export * from ${JSON.stringify(source('workflows/index.ts'))};`;
      writeFileSync(file, [...lines, workflows, ''].join('\n'));
      return await bundleWorkflows(file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  it('holds the real workflows', async () => {
    expect(await bundleWorkflows()).toContain('upgradeMesh');
  });

  it('fails when a Node built-in would reach the sandbox', async () => {
    await expect(bundleWith()).resolves.toContain('upgradeMesh');

    const planted = bundleWith(
      "import { readFileSync } from 'node:fs';",
      "export const planted = () => readFileSync('x');",
    );

    await expect(planted).rejects.toThrow(/ERROR in node:fs/);
  });

  it('fails when something of the activities would reach the sandbox by value', async () => {
    const planted = bundleWith(
      `import { openRunRecord } from ${JSON.stringify(source('activities/record/run-record.ts'))};`,
      'export const planted = () => openRunRecord;',
    );

    await expect(planted).rejects.toThrow(/ERROR in node:crypto/);
  });
});

interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
}

function lockedPackages(): readonly (readonly [string, LockedPackage])[] {
  const lock = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  return Object.entries(lock.packages).filter(([name]) => name !== '');
}

describe('packages', () => {
  const require = createRequire(path.join(ROOT, 'package.json'));

  it('have one protobufjs 8, which all of the Temporal SDK shares, else histories cannot be read', () => {
    const copies = lockedPackages().filter(([name]) => name.endsWith('node_modules/protobufjs'));

    const eights = copies.filter(([, { version }]) => version?.startsWith('8.'));
    const others = copies.filter(([, { version }]) => !version?.startsWith('8.'));

    expect(eights.map(([name]) => name)).toEqual(['node_modules/protobufjs']);
    expect(others.every(([name]) => name.includes('@grpc/proto-loader/'))).toBe(true);
    const ofProto = createRequire(require.resolve('@temporalio/proto'));
    expect(ofProto.resolve('protobufjs')).toBe(require.resolve('protobufjs'));
  });

  it('have the same version of every part of the Temporal SDK', () => {
    const versions = lockedPackages().flatMap(([name, { version }]) =>
      /^node_modules\/@temporalio\/(?!ui)/.test(name) ? [version] : [],
    );

    expect(new Set(versions).size).toBe(1);
  });

  it('run under Node 24 or newer in every script', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };

    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
    expect(
      Object.values(scripts).filter((line) => !line.startsWith('node scripts/run.mjs ')),
    ).toEqual([]);
  });

  it('have licences that go with Apache-2.0', () => {
    const permissive =
      /^\(?(Apache-2\.0|MIT(-0)?|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0|Unlicense|PSF-2\.0|CC-BY-4\.0|CC0-1\.0)\)?$/;
    /** Says it in its README only (Unlicense). */
    const unnamed = ['node_modules/unionfs'];

    const foreign = lockedPackages().filter(
      ([name, { license = '' }]) =>
        !unnamed.includes(name) &&
        !license.split(/ AND | OR /).every((each) => permissive.test(each)),
    );

    expect(foreign).toEqual([]);
    expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'Apache-2.0' });
    expect(read('LICENSE')).toContain('Apache License');
  });
});

describe('documents', () => {
  it('describe every finding code, and none that is gone', () => {
    const described = [...read('docs/finding-codes.md').matchAll(/^## (\w+)$/gm)].map(
      ([, code]) => code,
    );

    expect(described).toEqual([...FINDING_CODES].sort());
  });

  it('give every finding code a severity, a meaning and a remedy', () => {
    const sections = read('docs/finding-codes.md').split(/^## /m).slice(1);

    const incomplete = sections.filter((section) =>
      ['Severity:', 'Meaning:', 'Remedy:'].some((part) => !section.includes(`\n${part} `)),
    );

    expect(incomplete).toEqual([]);
  });

  it('name every environment variable in the README, and none that is not read', () => {
    const inTable = [...read('README.md').matchAll(/^\| `((?:MESHLIFT|XDG)_\w+)`/gm)].map(
      ([, name]) => name,
    );

    expect(inTable.toSorted()).toEqual([...ENVIRONMENT_VARIABLES].sort());
  });
});

describe('files', () => {
  it('name no folder of somebody’s machine and no host of a package registry', () => {
    // In parts, so that this file does not find itself.
    const hosts = ['registry.npm' + 'js', 'proxy.go' + 'lang', 'pypi' + '.org', 'maven' + '.org'];
    const folders = [
      '/ro' + 'ot/',
      '/wo' + 'rk/',
      '/ho' + 'me/[a-z]+/',
      '/Us' + 'ers/',
      '/tmp/ri' + 'g',
    ];
    const foreign = new RegExp([...hosts, ...folders].join('|'));

    const found = trackedFiles().flatMap((file) =>
      read(file)
        .split('\n')
        .flatMap((line, index) => (foreign.test(line) ? [`${file}:${index + 1}: ${line}`] : [])),
    );

    expect(found).toEqual([]);
  });

  it('are named for one thing, in kebab-case', () => {
    const sources = trackedFiles().filter((file) => /^(src|rig|scripts|test)\/.*\.ts$/.test(file));
    const vague = new Set(['utils', 'helpers', 'common', 'misc', 'util', 'helper']);

    const wrong = sources.filter((file) => {
      const name = path.basename(file).replace(/(\.generated|\.test|\.golden)?\.ts$/, '');
      return vague.has(name) || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
    });

    expect(wrong).toEqual([]);
  });
});
