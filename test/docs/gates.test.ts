import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildProgram } from '../../src/cli/program.ts';
import { processIo } from '../../src/cli/io.ts';
import { gates } from '../../src/config/approvals/schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { blocksOf, readDocument, shellLines, tableRows, wordsOf } from './markdown.ts';

const DOCUMENT = readDocument('docs/gates.md');
const SMALLEST = 'apiVersion: meshlift.dev/v1alpha1\nclusters: { prod-eu: { kubeconfig: x } }\n';
const [EXAMPLE = ''] = blocksOf(DOCUMENT, 'yaml');

function policyOf(example: string): Policy | undefined {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-gates-'));
  try {
    const file = path.join(folder, 'meshlift.yaml');
    writeFileSync(file, `${SMALLEST}${example}`);
    return loadConfig(file).clusters.get('prod-eu')?.policy;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the page about gates', () => {
  it('has a policy that can be read, with every gate in it', () => {
    const policy = policyOf(EXAMPLE);

    expect(policy?.approvals).toEqual({ mode: 'signed' });
    expect(Object.keys(policy?.gates ?? {}).toSorted()).toEqual(
      Object.keys(gates.shape).toSorted(),
    );
    expect(policy?.gates.complete).toMatchObject({ quorum: 2, roles: ['mesh-admins'] });
  });

  it('is right that a gate which nobody can pass is refused', () => {
    expect(() => policyOf(EXAMPLE.replace('quorum: 2', 'quorum: 3'))).toThrow(
      /meshlift\.yaml:\d+:\d+: .+quorum: expected at least 3/,
    );
  });

  it('explains every gate and every setting, with the defaults that are', () => {
    const rows = new Map(
      tableRows(DOCUMENT).map(([cell = '', second = '']) => [cell.replaceAll('`', ''), second]),
    );
    const wave = Object.keys(gates.shape.wave.unwrap().shape);
    const { complete } = gates.parse({});

    expect([...Object.keys(gates.shape), ...wave].filter((name) => !rows.has(name))).toEqual([]);
    expect(rows.get('expires')).toBe(`\`${complete.expires / 86_400}d\``);
    expect(rows.get('before')).toBe(`\`${gates.parse({ wave: {} }).wave?.before ?? ''}\``);
  });

  it.each(shellLines(DOCUMENT))('%s is a command with options that exist', (line) => {
    const [, name = '', ...rest] = wordsOf(line);
    const command = buildProgram(processIo(), '0', () => Promise.resolve()).commands.find(
      (each) => each.name() === name,
    );

    const flags = rest.filter((word) => word.startsWith('--'));
    const known = command?.options.map(({ long }) => long) ?? [];
    expect(command).toBeDefined();
    expect(flags.filter((flag) => !known.includes(flag))).toEqual([]);
  });
});
