import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { writeBenchConfig } from '../../../bench/data-plane/bench-policy.ts';
import { scriptInput } from '../../../bench/data-plane/kubectl-script.ts';
import { DATA_PLANE_DEFAULTS, readBenchOptions } from '../../../bench/data-plane/options.ts';
import { IMAGE_ENVIRONMENT } from '../../../bench/data-plane/meshlift-upgrade.ts';
import { planTurns } from '../../../bench/data-plane/rounds.ts';
import { buildRequest } from '../../../bench/data-plane/upgrade-request.ts';
import { planFarm } from '../../../rig/mesh/farm-live/plan-farm.ts';
import type { FarmWorkload } from '../../../rig/mesh/farm-live/wait-for-workloads.ts';
import { ROOT } from '../../../scripts/lib/run-node.ts';
import { loadConfig } from '../../../src/config/load-config.ts';
import { parseRequest } from '../../../src/domain/request/parse-request.ts';

describe('the turns', () => {
  it('give each contender one in each round, begin with another one each time, and end with the last', () => {
    const turns = planTurns(['b2', 'b3', 'meshlift'], { rounds: 5, b1Rounds: 5 });

    const rounds = [1, 2, 3, 4, 5].map((round) =>
      turns.filter((turn) => turn.round === round).map(({ contender }) => contender),
    );
    expect(rounds).toEqual([
      ['meshlift', 'b2', 'b3'],
      ['b2', 'b3', 'meshlift'],
      ['b3', 'meshlift', 'b2'],
      ['meshlift', 'b2', 'b3'],
      ['b2', 'b3', 'meshlift'],
    ]);
  });

  it('of one contender are one a round', () => {
    const turns = planTurns(['meshlift'], { rounds: 3, b1Rounds: 3 });

    expect(turns.map(({ round }) => round)).toEqual([1, 2, 3]);
  });

  it('of b1 are in the first rounds alone, as many as asked for', () => {
    const turns = planTurns(['b1', 'meshlift'], { rounds: 4, b1Rounds: 2 });

    const rounds = [1, 2, 3, 4].map((round) => turns.filter((turn) => turn.round === round).length);
    expect(rounds).toEqual([2, 2, 1, 1]);
  });
});

describe('what xargs is given', () => {
  const workload = (
    resource: FarmWorkload['resource'],
    namespace: string,
    name: string,
  ): FarmWorkload => ({
    resource,
    workload: { metadata: { namespace, name, uid: name, generation: 1 }, spec: {} },
  });
  const workloads = [
    workload('deployments', 'shop', 'cart'),
    workload('statefulsets', 'shop', 'ledger'),
    workload('deployments', 'bank', 'desk'),
  ];

  it.each(['b1', 'b2'] as const)('is a workload a line for %s', (name) => {
    expect(scriptInput(name, workloads)).toEqual([
      'shop deployments/cart',
      'shop statefulsets/ledger',
      'bank deployments/desk',
    ]);
  });

  it('is a namespace a line for b3, with the kinds that it has', () => {
    expect(scriptInput('b3', workloads)).toEqual([
      'shop deployments,statefulsets',
      'bank deployments',
    ]);
  });
});

describe('the request of the bench', () => {
  it('overrides each budget that asks for every replica, and is one that the product takes', () => {
    const farm = planFarm({ workloads: 80 });
    const request = buildRequest(farm, { cluster: 'demo', target: '1.26.1' });

    expect(request.overrides).toHaveLength(4);
    expect(request.overrides[0]).toMatchObject({
      code: 'BudgetAllowsNoDisruption',
      subject: expect.stringMatching(/^PodDisruptionBudget farm-live-\d{3}\/app-\d{5}$/),
    });
    expect(parseRequest(request).kind).toBe('request');
  });

  it('of the largest farm is still one that the product takes', () => {
    const request = buildRequest(planFarm({ workloads: 5000 }), {
      cluster: 'demo',
      target: '1.26.1',
    });

    expect(request.overrides.length).toBeGreaterThan(0);
    expect(parseRequest(request).kind).toBe('request');
  });
});

describe('the policy of the bench', () => {
  it('is one that the product reads: no soaks, as many pods at once as the scripts have', () => {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'meshlift-bench-'));
    try {
      const rigConfig = path.join(dir, 'rig.yaml');
      const census = { connections: 'required' };
      const cluster = { kubeconfig: '/k/worker.yaml', policy: 'demo' };
      const rig = { apiVersion: 'meshlift.dev/v1alpha1', clusters: { demo: cluster } };
      writeFileSync(
        rigConfig,
        stringify({ ...rig, policies: { demo: { soak: { wave: '5s' }, census } } }),
      );

      const file = writeBenchConfig(dir, rigConfig, { parallel: 7, podsPerSecond: 32 });

      expect(parse(readFileSync(file, 'utf8'))).toMatchObject(rig);
      expect(loadConfig(file).clusters.get('demo')?.policy).toMatchObject({
        soakSeconds: { controlPlane: 0, wave: 0, mesh: 0 },
        restart: { maxPodsInFlight: 7, maxPodsPerSecond: 32 },
        census: { connections: 'required' },
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('the worker of the bench', () => {
  it('has the environment that the image gives it', () => {
    const dockerfile = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');

    for (const [name, value] of Object.entries(IMAGE_ENVIRONMENT)) {
      expect(dockerfile).toContain(`${name}=${value} \\`);
    }
  });
});

describe('the command line of the bench', () => {
  it('measures everybody unless it is told otherwise', () => {
    expect(readBenchOptions(['data-plane'])).toEqual({
      options: DATA_PLANE_DEFAULTS,
      output: 'text',
    });
  });

  it('takes other figures', () => {
    const args = [
      '--workloads',
      '1000',
      '--rounds',
      '2',
      '--b1-rounds',
      '1',
      '--contenders',
      'meshlift,b2',
    ];
    const more = ['--parallel', '5', '--slow', '20', '--pods-per-second', '9', '-o', 'json'];

    expect(readBenchOptions(['data-plane', ...args, ...more])).toEqual({
      options: {
        ...{ workloads: 1000, rounds: 2, b1Rounds: 1, contenders: ['b2', 'meshlift'] },
        ...{ parallel: 5, slowPercent: 20, podsPerSecond: 9 },
      },
      output: 'json',
    });
  });

  it.each([
    [[]],
    [['control-plane']],
    [['data-plane', '--contenders', 'b2,b9']],
    [['data-plane', '--contenders', 'b2,b2']],
    [['data-plane', '--workloads', '0']],
    [['data-plane', '--slow', '101']],
  ])('refuses %j', (args) => {
    expect(() => readBenchOptions(args)).toThrow();
  });
});
