import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { CommanderError } from 'commander';
import { TROUBLE_NAMES } from '../../rig/mesh/trouble-names.ts';
import { SHELLS } from '../../src/cli/completion/scripts.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { processIo } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { configFile } from '../../src/config/schema.ts';
import { FINDING_CODES } from '../../src/domain/finding.ts';
import { parseRequest } from '../../src/domain/request/parse-request.ts';
import { blocksOf, readDocument, ROOT, shellLines, tableRows, wordsOf } from './markdown.ts';

const README = readDocument('README.md');
const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];
const lines = DOCUMENTS.flatMap((file) =>
  shellLines(readDocument(file)).map((line): [string, string] => [file, line]),
);

describe('commands in the documents', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readDocument('package.json')));

  it('the README begins with the demo and the tests', () => {
    expect(shellLines(README).slice(0, 2)).toEqual(['npm run demo', 'npm test']);
  });

  it('every npm script that a document names exists', () => {
    const named = DOCUMENTS.flatMap((file) =>
      [...readDocument(file).matchAll(/npm (?:run (?:-s )?([a-z]+)|(test|ci)\b)/g)].map(
        ([, script, standard]) => script ?? standard ?? '',
      ),
    );

    const known = [...Object.keys(scripts), 'ci'];
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  const meshliftLines = lines.flatMap(([file, line]): [string, string][] => {
    const found = /(?:^|npm run -s |^eval "\$\()meshlift(?: --)? (.*?)(?:\)"| > \S+)?$/.exec(line);
    return found === null ? [] : [[file, found[1] ?? '']];
  });

  it('completion is told for every shell', () => {
    expect(meshliftLines.map(([, args]) => args)).toEqual(
      expect.arrayContaining(SHELLS.map((shell) => `completion ${shell}`)),
    );
  });

  it.each(meshliftLines)('%s: meshlift %s', async (_file, args) => {
    const said: string[] = [];
    const io = { ...processIo(), env: {} };
    const program = buildProgram(io, '0.0.0', async () => undefined);
    const quiet = { writeErr: (text: string) => said.push(text), writeOut: () => undefined };
    for (const command of [program, ...program.commands]) command.configureOutput(quiet);

    await expect(program.parseAsync([...wordsOf(args)], { from: 'user' })).resolves.toBeDefined();
    expect(said).toEqual([]);
  });

  it('notices a command or an option that does not exist', async () => {
    expect(meshliftLines.length).toBeGreaterThan(5);
    for (const args of [
      ['upgrade', 'prod-eu'],
      ['start', 'prod-eu', '--nonsense'],
    ]) {
      const program = buildProgram(processIo(), '0.0.0', async () => undefined);
      const quiet = { writeErr: () => undefined, writeOut: () => undefined };
      for (const command of [program, ...program.commands]) {
        command.configureOutput(quiet).exitOverride();
      }

      await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(CommanderError);
    }
  });
});

describe('commands of the rig', () => {
  it('exist, and so does every trouble', () => {
    const rigLines = lines.flatMap(
      ([, line]) => /npm run (?:-s )?rig -- (.*?)[)"]*$/.exec(line)?.[1] ?? [],
    );
    const [verbs, troubles] = [
      rigLines.map((line) => line.split(' ')[0]),
      rigLines.flatMap((line) => /^trouble (?:on|off) (\S+)/.exec(line)?.[1] ?? []),
    ];

    expect(troubles.length).toBeGreaterThan(0);
    expect(
      verbs.filter(
        (verb) => !['up', 'down', 'status', 'logs', 'env', 'trouble'].includes(verb ?? ''),
      ),
    ).toEqual([]);
    expect(troubles.filter((name) => !TROUBLE_NAMES.some((known) => known === name))).toEqual([]);
  });
});

describe('commands of the temporal command line', () => {
  const cli = process.env['TEMPORAL_CLI_PATH'] ?? '';
  const temporalLines = lines
    .map(([, line]) => line)
    .filter((line) => line.startsWith('temporal '))
    .map((line): [string, readonly string[]] => [line, wordsOf(line).slice(1)]);
  if (cli === '') console.log('skipped: flags of temporal, because TEMPORAL_CLI_PATH is not set');

  it.each(temporalLines.filter(([line]) => line.includes('--input')))(
    '%s has one JSON object as input',
    (_line, words) => {
      const input: unknown = JSON.parse(words[words.indexOf('--input') + 1] ?? '');

      expect(typeof input).toBe('object');
      if (words.includes('start')) expect(parseRequest(input)).toMatchObject({ kind: 'request' });
    },
  );

  (cli === '' ? it.skip : it).each(temporalLines)('%s has flags that exist', (_line, words) => {
    const firstFlag = words.findIndex((word) => word.startsWith('--'));
    const help = spawnSync(cli, [...words.slice(0, firstFlag), '--help'], { encoding: 'utf8' });
    const flags = words.filter((word) => word.startsWith('--'));

    expect(help.status).toBe(0);
    expect(flags.filter((flag) => !help.stdout.includes(`${flag} `))).toEqual([]);
  });

  it('names only messages and queries that the workflow has', () => {
    const source = ['src/domain/messages.ts', 'src/workflows/messages.ts'].map(readDocument).join();
    const names = temporalLines.flatMap(([, words]) => {
      const at = words.findIndex((word) => word === '--name');
      return at === -1 ? [] : [words[at + 1] ?? ''];
    });
    const [, table = ''] = /(\| Message[^]*?)### A request in full/.exec(README) ?? [];
    const inTable = tableRows(table).flatMap(([message = '']) =>
      [...message.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );

    const named = [...names, ...inTable, 'getProgress', 'getPlan', 'getReport'];
    expect(inTable).toEqual(expect.arrayContaining(['approve', 'rollback', 'skip']));
    expect(named.filter((name) => !source.includes(`'${name}'`))).toEqual([]);
  });
});

describe('examples', () => {
  it.each(blocksOf(README, 'yaml'))('the README’s meshlift.yaml can be read (%#)', (block) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-readme-'));
    try {
      const file = path.join(folder, 'meshlift.yaml');
      writeFileSync(file, block);

      expect([...loadConfig(file).clusters.keys()]).toEqual(['prod-eu']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const requests = readdirSync(path.join(ROOT, 'examples/requests')).map(
    (file): [string, string] => [
      `examples/requests/${file}`,
      readDocument(`examples/requests/${file}`),
    ],
  );
  const inReadme = blocksOf(README, 'json').map((text): [string, string] => ['README.md', text]);

  it.each([...requests, ...inReadme])('%s is a request', (_file, text) => {
    const parsed = parseRequest(JSON.parse(text));

    expect(parsed).toMatchObject({ kind: 'request' });
    if (parsed.kind !== 'request') return;
    const codes = parsed.request.overrides.map(({ code }) => code);
    expect(codes.filter((code) => !FINDING_CODES.some((known) => known === code))).toEqual([]);
  });

  it('the README has an example of each', () => {
    expect(blocksOf(README, 'yaml').length).toBeGreaterThan(0);
    expect(inReadme.length).toBeGreaterThan(0);
    expect(requests.length).toBeGreaterThan(2);
  });
});

describe('tables of the README', () => {
  it('have every exit code', () => {
    const table = README.split('### Exit codes')[1]?.split('## ')[0] ?? '';
    const codes = tableRows(table).flatMap((cells) =>
      cells.flatMap((cell) => (/^\d+$/.test(cell) ? [Number(cell)] : [])),
    );

    expect(codes.toSorted((a, b) => a - b)).toEqual(
      Object.values(EXIT_CODES).toSorted((a, b) => a - b),
    );
  });

  it('have every key of meshlift.yaml with its default', () => {
    const table = README.split('### meshlift.yaml')[1]?.split('### ')[0] ?? '';
    const described = Object.fromEntries(
      tableRows(table).map(([key = '', value = '']) => [unquote(key), unquote(value)]),
    );
    const keys = leavesOf(z.toJSONSchema(configFile, { io: 'input' }) as JsonSchema);

    // A row that names a page stands for all below it: the page's own test sees to them.
    const pages = tableRows(table)
      .filter(([, , means = '']) => means.includes('](docs/'))
      .map(([key = '']) => unquote(key));
    const covering = ({ key }: Leaf): string =>
      described[key] === undefined
        ? (pages.find((page) => key.startsWith(`${page}.`)) ?? key)
        : key;

    expect(Object.keys(described).toSorted()).toEqual([...new Set(keys.map(covering))].toSorted());
    const wrong = keys.filter(
      ({ key, standard }) =>
        key in described && standard !== undefined && seconds(described[key]) !== standard,
    );
    expect(wrong).toEqual([]);
  });
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly default?: unknown;
}

interface Leaf {
  readonly key: string;
  readonly standard: string | number | undefined;
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  binaries: 'VERSION',
  minimumKubernetes: 'VERSION',
  versions: 'MINOR',
};

/** `NAME`, `VERSION` and `MINOR` stand for what a person chooses. */
function leavesOf(schema: JsonSchema, at: readonly string[] = []): readonly Leaf[] {
  const { properties, additionalProperties } = schema;
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, each]) => leavesOf(each, [...at, name]));
  }
  if (typeof additionalProperties === 'object') {
    return leavesOf(additionalProperties, [...at, PLACEHOLDERS[at.at(-1) ?? ''] ?? 'NAME']);
  }
  const { default: value } = schema;
  const isPlain = typeof value === 'string' || typeof value === 'number';
  return [{ key: at.join('.'), standard: isPlain ? value : undefined }];
}

function unquote(cell: string): string {
  return cell.replaceAll('`', '');
}

/** A duration or a number as the schema holds it; other texts as they are. */
function seconds(text: string | undefined): string | number | undefined {
  const found = /^(\d+)([smhd]?)$/.exec(text ?? '');
  if (found === null) return text;
  const unit = { s: 1, m: 60, h: 3600, d: 86_400 }[found[2] ?? ''] ?? 1;
  return Number(found[1]) * unit;
}
