import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readJson, runMeshlift, type Ran } from '../../cli/support/run-meshlift.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from '../../e2e/support/bench.ts';
import { calmState } from '../../e2e/support/mesh.ts';
import { project } from '../../e2e/support/projection.ts';
import {
  createSigningKey,
  putSignedTarball,
  serveDirectory,
  type ArtefactServer,
  type TarballFault,
} from '../../support/artefact-server.ts';
import { printFigure } from '../../support/print-figure.ts';
import { objectsOfRevision } from './support/objects-of-revision.ts';
import { CLUSTER, writeQuickConfig } from './support/quick-config.ts';
import { installSmallMesh, revisions } from './support/small-mesh.ts';
import { startStrikingWorker } from './support/striking-worker.ts';
import { runToEnd } from './support/struck-run.ts';

const RUN_TIMEOUT_MS = 240_000;
const LOWER = '1.25.1';
const [FROM, TO] = ['1-26-1', '1-25-1'];
const key = createSigningKey();

const FAULTS: readonly (readonly [fault: TarballFault, words: RegExp])[] = [
  ['tampered', /a signature that does not hold: the file was changed/],
  ['wrong-key', /expected a signature by the key \S+ .*another key signed it/],
  ['missing-signature', /expected a signature, found HTTP 404/],
  ['parent-path', /expected paths that stay within the archive, found the entry .*\.\.\//],
  ['symlink', /expected files and folders only, found the symbolic link/],
  ['hardlink', /expected files and folders only, found the hard link/],
];

let bench: Bench;
let server: ArtefactServer;
let releases: string;

beforeAll(async () => {
  bench = await openBench('signed-tarball', { bare: true });
  await installSmallMesh(bench, { version: '1.26.1', revision: FROM });
  releases = path.join(bench.dir, 'releases');
  mkdirSync(releases);
  server = await serveDirectory(releases);
}, SETUP_TIMEOUT_MS);

afterAll(async () => {
  await server.close();
  await bench.close();
}, RUN_TIMEOUT_MS);

it.each(FAULTS)(
  'a tarball that is bad (%s) is refused in words before anything of it is unpacked',
  async (fault, words) => {
    const before = await project(bench.kubernetes);
    await publish(fault);
    const { configFile, cache } = configure(fault);

    const ran = await planDown(configFile);

    expect(ran.code).not.toBe(0);
    expect(ran.stdout + ran.stderr).toMatch(words);
    const unpacked = unpackedIn(cache);
    expect(unpacked).toEqual([]);
    expect(existsSync('/tmp/meshlift-was-here')).toBe(false);
    expect(await project(bench.kubernetes)).toEqual(before);
    printFigure(`refused in words, ${fault}: files unpacked`, unpacked.length);
  },
  RUN_TIMEOUT_MS,
);

it(
  'a mesh goes down a minor with the istioctl of a tarball whose signature holds',
  async () => {
    await publish();
    const { configFile, cache } = configure('good');
    const pods = await revisions(bench);
    expect(pods).not.toEqual([]);
    expect(pods.filter((revision) => revision !== FROM)).toEqual([]);
    const planned = await planDown(configFile);
    expect({ code: planned.code, ...readJson(planned) }).toMatchObject({ code: 0, kind: 'plan' });
    const worker = await startStrikingWorker(bench, configFile);

    const ended = await runToEnd(bench, {
      type: 'downgradeMesh',
      request: { target: LOWER },
      atGate: 'approve',
    }).finally(() => worker.close());

    expect(ended.report).toMatchObject({ outcome: 'Succeeded', differences: [], remaining: [] });
    expect(unpackedIn(cache)).toHaveLength(1);
    await calmState(bench);
    expect(await revisions(bench)).toEqual(pods.map(() => TO));
    expect(await objectsOfRevision(bench.kubernetes, FROM)).toEqual([]);
    printFigure('seconds of 1.26.1 to 1.25.1 from a signed tarball', ended.seconds.toFixed(1));
  },
  RUN_TIMEOUT_MS,
);

async function publish(fault?: TarballFault): Promise<void> {
  await putSignedTarball({
    directory: releases,
    version: LOWER,
    binary: path.join(bench.endpoints.binDir, `istioctl-${LOWER}`),
    key,
    ...(fault === undefined ? {} : { fault }),
  });
}

/** The lower version comes from the server alone; each has a cache of its own. */
function configure(name: string): { readonly configFile: string; readonly cache: string } {
  const cache = path.join(bench.dir, `cache-${name}`);
  const configFile = writeQuickConfig(bench, {
    name,
    istioctl: ({ binaries: { [LOWER]: _known, ...binaries } }) => ({
      binaries,
      cache,
      sources: [
        {
          url: `${server.url}/istio-{version}-{os}-{arch}.tar.gz`,
          versions: { [LOWER]: {} },
          signature: { publicKeys: [key.publicKey] },
        },
      ],
    }),
  });
  return { configFile, cache };
}

async function planDown(configFile: string): Promise<Ran> {
  const down = ['--type', 'downgradeMesh', '--target', LOWER, '--output', 'json'];
  return runMeshlift(['plan', CLUSTER, ...down], {
    env: { ...bench.env, MESHLIFT_CONFIG: configFile },
  });
}

/** What a tarball had in it, wherever it is by now. */
function unpackedIn(cache: string): readonly string[] {
  if (!existsSync(cache)) return [];
  const names = readdirSync(cache, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /^(istioctl|README\.md|link)$/.test(path.basename(name)));
}
