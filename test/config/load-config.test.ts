import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, type Config } from '../../src/config/config.ts';
import { ENVIRONMENT_VARIABLES, readEnvironment } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { KNOWN_VERSIONS } from '../../src/domain/version/known-versions.ts';

const SMALLEST = `apiVersion: meshlift.dev/v1alpha1
clusters:
  demo:
    kubeconfig: kube/config
`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meshlift-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string): string {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, text);
  return file;
}

function load(text: string): Config {
  return loadConfig(fileOf(text));
}

/** The refusal without the folder; fails when there is none. */
function refusalOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${folder}/`, '');
    throw error;
  }
  throw new Error('expected a refusal, the file was read');
}

describe('a configuration', () => {
  it('needs no more than a cluster with its kubeconfig; the rest has defaults', () => {
    expect(load(SMALLEST)).toEqual({
      file: path.join(folder, 'meshlift.yaml'),
      taskQueue: 'meshlift',
      istioctl: {},
      versions: KNOWN_VERSIONS,
      clusters: new Map([
        [
          'demo',
          {
            name: 'demo',
            kubeconfig: path.join(folder, 'kube/config'),
            installerKubeconfig: path.join(folder, 'kube/config'),
            meshNamespace: 'istio-system',
            installer: 'istioctl',
            taskQueue: 'meshlift',
            policy: {
              name: 'default',
              soakSeconds: { controlPlane: 300, wave: 600, mesh: 1800 },
              healthPollSeconds: 10,
              gates: { complete: { expiresSeconds: 86_400 } },
              waves: { critical: [] },
              restart: { maxPodsInFlight: 20, workloadDeadlineSeconds: 600 },
              census: { connections: 'when-known', waitSeconds: 60 },
              controlPlaneDeadlineSeconds: 600,
              pruneGraceSeconds: 30,
              haltExpirySeconds: 604_800,
            },
          },
        ],
      ]),
    });
  });

  it('is read whole, with paths relative to the file', () => {
    const config = load(`apiVersion: meshlift.dev/v1alpha1
temporal: { taskQueue: upgrades, webUrl: "http://127.0.0.1:8233" }
clusters:
  prod-eu:
    kubeconfig: /etc/kube/worker
    installerKubeconfig: ../installer
    context: eu
    meshNamespace: mesh
    policy: careful
    taskQueue: eu
    manualInjection:
      manifests: originals
      namespace: shop
      injectConfigFile: inject.yaml
      meshConfigFile: /etc/mesh.yaml
      valuesFile: values.json
installers:
  istioctl:
    binaries:
      1.26.1: { path: bin/istioctl, sha256: "${'a'.repeat(64)}" }
policies:
  careful:
    soak: { controlPlane: 1m, wave: 2h, mesh: 1d }
    healthPoll: 5
    gates:
      start: { expires: 30m }
      complete: { expires: 7d }
    waves:
      critical: [payments]
      first: [Deployment shop/cart]
      percentages: [10, 50, 100]
      maxWorkloadsPerWave: 200
    restart: { method: grace-period, maxPodsInFlight: 5, workloadDeadline: 90s }
    census: { connections: required, wait: 2m }
    controlPlaneDeadline: 5m
    pruneGrace: 0s
    haltExpiry: 2d
`);

    expect(config).toMatchObject({
      taskQueue: 'upgrades',
      webUrl: 'http://127.0.0.1:8233',
      istioctl: { '1.26.1': { path: path.join(folder, 'bin/istioctl'), sha256: 'a'.repeat(64) } },
    });
    expect(config.clusters.get('prod-eu')).toEqual({
      name: 'prod-eu',
      kubeconfig: '/etc/kube/worker',
      installerKubeconfig: path.resolve(folder, '../installer'),
      context: 'eu',
      meshNamespace: 'mesh',
      installer: 'istioctl',
      taskQueue: 'eu',
      manualInjection: {
        manifests: path.join(folder, 'originals'),
        namespace: 'shop',
        injectConfigFile: path.join(folder, 'inject.yaml'),
        meshConfigFile: '/etc/mesh.yaml',
        valuesFile: path.join(folder, 'values.json'),
      },
      policy: {
        name: 'careful',
        soakSeconds: { controlPlane: 60, wave: 7200, mesh: 86_400 },
        healthPollSeconds: 5,
        gates: { start: { expiresSeconds: 1800 }, complete: { expiresSeconds: 604_800 } },
        waves: {
          critical: ['payments'],
          first: ['Deployment shop/cart'],
          percentages: [10, 50, 100],
          maxWorkloadsPerWave: 200,
        },
        restart: { method: 'grace-period', maxPodsInFlight: 5, workloadDeadlineSeconds: 90 },
        census: { connections: 'required', waitSeconds: 120 },
        controlPlaneDeadlineSeconds: 300,
        pruneGraceSeconds: 0,
        haltExpirySeconds: 172_800,
      },
    });
  });

  it('lets a file change the policy called default', () => {
    const config = load(`${SMALLEST}policies:\n  default:\n    pruneGrace: 1h\n`);

    expect(config.clusters.get('demo')?.policy).toMatchObject({
      name: 'default',
      pruneGraceSeconds: 3600,
    });
  });

  it('may be a link to a folder away, its paths relative to the given name', () => {
    mkdirSync(path.join(folder, 'sub'), { recursive: true });
    writeFileSync(path.join(folder, 'sub', 'm.yaml'), SMALLEST);

    const config = loadConfig(path.join(folder, 'sub', 'm.yaml'));

    expect(config.clusters.get('demo')?.kubeconfig).toBe(path.join(folder, 'sub/kube/config'));
  });
});

describe('the shares of waves', () => {
  const withShares = (value: string): string =>
    `${SMALLEST}policies:\n  default:\n    waves: { percentages: ${value} }\n`;

  it.each(['[100]', '[1, 2, 100]'])('may be %s', (value) => {
    const { policy } = load(withShares(value)).clusters.get('demo') ?? {};

    expect(policy?.waves.percentages).toEqual(JSON.parse(value));
  });

  it.each(['[]', '[50]', '[50, 50, 100]', '[60, 50, 100]', '[0, 100]', '[10.5, 100]', '[50, 110]'])(
    'may not be %s, which does not rise to 100',
    (value) => {
      expect(() => load(withShares(value))).toThrow(/\$\.policies\.default\.waves\.percentages/);
    },
  );
});

describe('the workloads that move first', () => {
  const withFirst = (name: string): string =>
    `${SMALLEST}policies:\n  default:\n    waves: { first: [${JSON.stringify(name)}] }\n`;

  it('are named as plans name them', () => {
    const { policy } = load(withFirst('StatefulSet shop/cart-v2')).clusters.get('demo') ?? {};

    expect(policy?.waves.first).toEqual(['StatefulSet shop/cart-v2']);
  });

  it.each([
    'shop/cart',
    'cart',
    'Deployment cart',
    'deployment shop/cart',
    'Deployment  shop/cart',
  ])('may not be named %s', (name) => {
    expect(() => load(withFirst(name))).toThrow(
      /\$\.policies\.default\.waves\.first\[0\]: expected a workload as plans name it/,
    );
  });
});

describe('facts about versions', () => {
  const withRow = (row: string): string => `${SMALLEST}versions:\n  ${row}\n`;

  it('are added to those that are known, whole, with the file as their source', () => {
    const { versions, file } = load(
      withRow(
        '"1.40": { released: 2028-11-02, supportEnds: 2029-07-01, minimumKubernetes: { 1.40.0: "1.38", 1.40.2: "1.39" }, testedKubernetes: "1.41", withdrawn: [{ version: 1.40.1, why: it leaks }] }',
      ),
    );

    expect(versions.slice(0, -1)).toEqual(KNOWN_VERSIONS);
    expect(versions.at(-1)).toEqual({
      minor: '1.40',
      released: '2028-11-02',
      supportEnds: '2029-07-01',
      minimumKubernetes: [
        { since: '1.40.0', minor: 38 },
        { since: '1.40.2', minor: 39 },
      ],
      testedKubernetes: 41,
      withdrawn: [{ version: '1.40.1', why: 'it leaks' }],
      source: file,
    });
  });

  it('are of the minor that is written, with quotes and without: 1.30 is not 1.3', () => {
    for (const minor of ['1.30', '"1.30"']) {
      const { versions } = load(withRow(`${minor}: {}`));

      expect(versions.find((row) => row.minor === '1.30')).toMatchObject({ minimumKubernetes: [] });
      expect(versions).toHaveLength(KNOWN_VERSIONS.length);
    }
  });

  it('replace a known row, and name their own source and day', () => {
    const row = '"1.26": { source: "CHG-1", asOf: 2026-11-01 }';

    const { versions } = load(withRow(row));

    expect(versions.map(({ minor }) => minor)).toEqual(KNOWN_VERSIONS.map(({ minor }) => minor));
    expect(versions.find(({ minor }) => minor === '1.26')).toEqual({
      minor: '1.26',
      minimumKubernetes: [],
      source: 'CHG-1',
      asOf: '2026-11-01',
    });
  });

  it.each([
    ['a patch for a minor', '1.30.1: {}', '6:11: $.versions["1.30.1"]: expected a minor of Istio'],
    ['a minor with a leading zero', '1.030: {}', '6:10: $.versions["1.030"]: expected a minor'],
    [
      'a Kubernetes minor without quotes',
      '"1.40": { testedKubernetes: 1.30 }',
      '6:31: $.versions["1.40"].testedKubernetes: expected a Kubernetes minor in quotes',
    ],
    [
      'a patch of Kubernetes',
      '"1.40": { testedKubernetes: "1.30.1" }',
      '6:31: $.versions["1.40"].testedKubernetes: expected a Kubernetes minor such as',
    ],
    [
      'a day that does not exist',
      '"1.40": { released: 2028-02-30 }',
      '6:23: $.versions["1.40"].released: expected a day such as 2026-11-03',
    ],
    [
      'a version of another minor',
      '"1.40": { minimumKubernetes: { 1.39.0: "1.38" } }',
      '6:42: $.versions["1.40"].minimumKubernetes["1.39.0"]: expected a version of 1.40 such as "1.40.0", found "1.39.0"',
    ],
    [
      'a minor that only begins alike',
      '"1.40": { withdrawn: [{ version: 1.4.0, why: no }] }',
      '6:25: $.versions["1.40"].withdrawn[0]: expected a version of 1.40 such as "1.40.0", found "1.4.0"',
    ],
    [
      'a withdrawal without a reason',
      '"1.40": { withdrawn: [{ version: 1.40.1 }] }',
      '6:25: $.versions["1.40"].withdrawn[0].why: ',
    ],
    ['an unknown member', '"1.40": { eol: 2028-02-01 }', '6:11: $.versions["1.40"]: '],
  ])('refuse %s, with its place', (_what, row, start) => {
    expect(load(withRow('"1.40": {}')).versions.at(-1)?.minor).toBe('1.40');

    expect(refusalOf(withRow(row))).toContain(`meshlift.yaml:${start}`);
  });
});

describe('a duration', () => {
  const withGrace = (value: string): string =>
    `${SMALLEST}policies:\n  default:\n    pruneGrace: ${value}\n`;

  it.each([
    ['0s', 0],
    ['45s', 45],
    ['10m', 600],
    ['2h', 7200],
    ['7d', 604_800],
    ['30', 30],
    ['0', 0],
  ])('%s is %d seconds', (text, seconds) => {
    expect(load(withGrace(text)).clusters.get('demo')?.policy.pruneGraceSeconds).toBe(seconds);
  });

  it.each([
    '-1s',
    '-5',
    '1.5h',
    '1.5',
    '5 m',
    '5M',
    '1w',
    '1h30m',
    'soon',
    '""',
    'true',
    'null',
    '[5s]',
    '.inf',
    '9999999s',
  ])('%s is refused with its place', (text) => {
    expect(load(withGrace('5s')).clusters.size).toBe(1);

    const refusal = refusalOf(withGrace(text));

    expect(refusal).toMatch(/^meshlift\.yaml:7:17: \$\.policies\.default\.pruneGrace: /);
  });
});

describe('a mistake in the file is named with line, column and path', () => {
  it.each([
    ['an unknown member of the file', `${SMALLEST}polices: {}\n`, 'meshlift.yaml:1:1: $: '],
    [
      'an unknown member of a cluster',
      `${SMALLEST}    kubeConfig: x\n`,
      'meshlift.yaml:4:5: $.clusters.demo: ',
    ],
    [
      'another apiVersion',
      SMALLEST.replace('v1alpha1', 'v9'),
      'meshlift.yaml:1:13: $.apiVersion: ',
    ],
    ['no clusters', 'apiVersion: meshlift.dev/v1alpha1\n', 'meshlift.yaml:1:1: $.clusters: '],
    [
      'a cluster without a kubeconfig',
      SMALLEST.replace('    kubeconfig: kube/config', '    context: x'),
      'meshlift.yaml:4:5: $.clusters.demo.kubeconfig: ',
    ],
    [
      'an empty kubeconfig',
      SMALLEST.replace('kube/config', '""'),
      'meshlift.yaml:4:17: $.clusters.demo.kubeconfig: ',
    ],
    ['a cluster name in capitals', SMALLEST.replace('demo', 'Demo'), '$.clusters.Demo'],
    [
      'another installer',
      `${SMALLEST}    installer: helm\n`,
      'meshlift.yaml:5:16: $.clusters.demo.installer: ',
    ],
    [
      'a version that is none',
      `${SMALLEST}installers:\n  istioctl:\n    binaries:\n      latest: { path: x, sha256: "${'a'.repeat(64)}" }\n`,
      '$.installers.istioctl.binaries.latest',
    ],
    [
      'a digest that is too short',
      `${SMALLEST}installers:\n  istioctl:\n    binaries:\n      1.26.1: { path: x, sha256: abc }\n`,
      'meshlift.yaml:8:34: $.installers.istioctl.binaries["1.26.1"].sha256: expected 64 hexadecimal digits',
    ],
    [
      'a web address that is none',
      `${SMALLEST}temporal:\n  webUrl: over there\n`,
      'meshlift.yaml:6:11: $.temporal.webUrl: ',
    ],
    [
      'no pods in flight',
      `${SMALLEST}policies:\n  default:\n    restart: { maxPodsInFlight: 0 }\n`,
      'meshlift.yaml:7:33: $.policies.default.restart.maxPodsInFlight: ',
    ],
    [
      'a list for a cluster',
      'apiVersion: meshlift.dev/v1alpha1\nclusters:\n  demo: []\n',
      'meshlift.yaml:3:9: $.clusters.demo: ',
    ],
    ['a text for the file', 'hello\n', 'meshlift.yaml:1:1: $: '],
    ['an empty file', '', 'meshlift.yaml: $: '],
  ])('%s', (_what, text, start) => {
    expect(load(SMALLEST).clusters.size).toBe(1);

    expect(refusalOf(text)).toContain(start);
  });

  it('every one of them at once', () => {
    const refusal = refusalOf('apiVersion: x\nclusters:\n  demo:\n    kubeconfig: 1\n');

    expect(refusal.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'meshlift.yaml:1:13:',
      'meshlift.yaml:4:17:',
    ]);
  });

  it('a policy that nobody defined, with those that there are', () => {
    const text = `${SMALLEST}    policy: carful\npolicies:\n  careful: {}\n`;
    expect(load(text.replace('carful', 'careful')).clusters.size).toBe(1);

    expect(refusalOf(text)).toBe(
      'meshlift.yaml: $.clusters.demo.policy: expected a policy of this file (careful), found "carful"',
    );
  });

  it.each(['constructor', 'tostring', 'hasownproperty'])(
    'a policy called %s is not found in the language',
    (name) => {
      expect(refusalOf(`${SMALLEST}    policy: ${name}\n`)).toContain('(none)');
    },
  );
});

describe('YAML that is not meant is refused, with its place', () => {
  it.each([
    ['a duplicate key', `${SMALLEST}    kubeconfig: other\n`, 'at line 5, column 5'],
    [
      'two clusters of one name',
      `${SMALLEST}  demo:\n    kubeconfig: other\n`,
      'at line 5, column 3',
    ],
    ['a tab', `${SMALLEST}\tx: 1\n`, 'at line 5'],
    ['an open bracket', `${SMALLEST}policies: {\n`, 'at line'],
    ['two documents', `${SMALLEST}---\n${SMALLEST}`, 'at line'],
  ])('%s', (_what, text, place) => {
    const refusal = refusalOf(text);

    expect(refusal).toMatch(/^meshlift\.yaml: /);
    expect(refusal).toContain(place);
  });

  it('an alias of nothing', () => {
    expect(refusalOf(`${SMALLEST}  other: *nothing\n`)).toContain('nothing');
  });

  it('an alias bomb, at once and without eating memory', () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
    );
    const began = performance.now();

    expect(refusalOf(`${SMALLEST}${levels.join('\n')}\n`)).toMatch(/alias/i);

    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('a few aliases are fine', () => {
    const config = load(`${SMALLEST.replace('demo:', 'demo: &demo')}  other: *demo\n`);

    expect([...config.clusters.keys()]).toEqual(['demo', 'other']);
  });

  it('a file beyond a megabyte', () => {
    expect(refusalOf(`${SMALLEST}# ${'x'.repeat(1_000_001)}\n`)).toContain(
      'expected at most 1000000 bytes',
    );
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['is not there', 'nowhere.yaml'],
    ['is a folder', '.'],
  ])('%s: says how to name another', (_what, name) => {
    const read = (): Config => loadConfig(path.join(folder, name));

    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /cannot read the configuration .+ Name another file with --config or MESHLIFT_CONFIG/,
    );
  });
});

describe('the environment', () => {
  it('may be empty', () => {
    expect(readEnvironment({})).toEqual({
      configFile: 'meshlift.yaml',
      deploymentName: 'meshlift',
    });
  });

  it('is read whole', () => {
    expect(
      readEnvironment({
        MESHLIFT_CONFIG: '/etc/m.yaml',
        MESHLIFT_BUILD_ID: 'b1',
        MESHLIFT_DEPLOYMENT: 'd1',
        MESHLIFT_WORKFLOW_BUNDLE: '/app/bundle.js',
        MESHLIFT_METRICS: '0.0.0.0:9464',
      }),
    ).toEqual({
      configFile: '/etc/m.yaml',
      buildId: 'b1',
      deploymentName: 'd1',
      workflowBundle: '/app/bundle.js',
      metricsAddress: '0.0.0.0:9464',
    });
  });

  it('counts an empty variable as unset', () => {
    const empty = Object.fromEntries(ENVIRONMENT_VARIABLES.map((name) => [name, '']));

    expect(readEnvironment(empty)).toEqual(readEnvironment({}));
  });
});
