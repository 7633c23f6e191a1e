import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { readJson, runMeshlift } from '../cli/support/run-meshlift.ts';
import { printFigure } from '../support/print-figure.ts';
import { describeRequests, isOurs, isWrite } from './support/audit-log.ts';
import { openBench, SETUP_TIMEOUT_MS, type Bench } from './support/bench.ts';
import { eventually } from './support/eventually.ts';
import { calmState } from './support/mesh.ts';
import { resultOf, TARGET, untilGate } from './support/runs.ts';

const TEST_TIMEOUT_MS = 240_000;
const WINDOWS = {
  always: { timeZone: 'UTC', daily: { everyDays: 1 }, start: '00:00', duration: '24h' },
};
/** As if Istio had not announced an end of its support; in truth that has passed. */
const SUPPORTED = {
  '1.26': {
    released: '2025-05-08',
    minimumKubernetes: { '1.26.0': '1.29' },
    testedKubernetes: '1.36',
  },
};

let bench: Bench;

beforeAll(async () => {
  bench = await openBench('schedules');
  await calmState(bench);
  configure({ windows: WINDOWS });
  bench.startWorker();
  await bench.untilPolled();
}, SETUP_TIMEOUT_MS);

afterAll(() => bench.close(), TEST_TIMEOUT_MS);

function configure(more: object): void {
  const config = parse(readFileSync(bench.configFile, 'utf8')) as object;
  writeFileSync(bench.configFile, stringify({ ...config, ...more }));
}

async function meshlift(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const ran = await runMeshlift([...args, '--output', 'json'], { env: bench.env });
  expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({ code: 0 });
  return readJson(ran);
}

/** What a schedule with that policy comes to when it acts now. */
async function act(name: string): Promise<{ readonly outcome: string; readonly because: string }> {
  const { taken } = await show(name);
  await meshlift('schedule', 'trigger', name);
  return eventually(
    async () => {
      const { actions, taken: now } = await show(name);
      const [newest] = actions;
      return now > taken && newest?.outcome !== 'Running' ? newest : undefined;
    },
    { what: `${name} has acted`, withinMs: 120_000, everyMs: 1000 },
  );
}

async function show(name: string): Promise<{
  readonly taken: number;
  readonly actions: readonly { readonly outcome: string; readonly because: string }[];
}> {
  const shown = await meshlift('schedule', 'show', name);
  const { schedule, actions } = shown as {
    readonly schedule: { readonly taken: number };
    readonly actions: readonly { readonly outcome: string; readonly because: string }[];
  };
  return { taken: schedule.taken, actions };
}

it(
  'leaves proxies alone that are as new as their control plane, and writes nothing',
  async () => {
    const fresh = ['--policy', 'fresh-data-plane', '--name', 'fresh'];
    await meshlift('schedule', 'create', 'demo', '--window', 'always', ...fresh);
    const mark = bench.audit.mark();

    const { outcome, because } = await act('fresh');
    printFigure('Schedule of a data plane that is fresh', outcome);

    expect(outcome).toBe('NothingToDo');
    expect(because).toContain('are as new as it');
    const ours = bench.audit.since(mark).filter((each) => isOurs(each) && isWrite(each));
    expect(describeRequests(ours)).toEqual([]);
  },
  TEST_TIMEOUT_MS,
);

it(
  'leaves a next minor to a person whose support has ended',
  async () => {
    const minor = ['--policy', 'minor', '--name', 'minor'];
    await meshlift('schedule', 'create', 'demo', '--window', 'always', ...minor);

    const { outcome, because } = await act('minor');

    expect(outcome).toBe('NothingToDo');
    expect(because).toContain('support of 1.26, the next minor, ended on 2025-12-22');
  },
  TEST_TIMEOUT_MS,
);

it(
  'begins nothing in a freeze that was added meanwhile',
  async () => {
    const freeze = { name: 'sale', from: '2020-01-01T00:00', to: '2999-01-01T00:00' };
    configure({ freezes: [{ ...freeze, timeZone: 'UTC', reason: 'the sale' }] });

    const { outcome, because } = await act('minor');
    configure({ freezes: [] });
    printFigure('Schedule in a freeze', outcome);

    expect(outcome).toBe('NotOpen');
    expect(because).toContain('freeze "sale"');
  },
  TEST_TIMEOUT_MS,
);

it(
  'starts the upgrade to a next minor that is supported, leaves it alone at its gate, and it succeeds',
  async () => {
    configure({ versions: SUPPORTED });
    await bench.worker().stop();
    bench.startWorker();
    await bench.untilPolled();

    const first = await act('minor');
    printFigure('Schedule of the next minor', first.outcome);
    expect(first.outcome).toBe('Started');
    const handle = bench.temporal.workflow.getHandle('mesh/demo');
    await untilGate(handle);
    const again = await act('minor');
    printFigure('Schedule while its run waits for a person', again.outcome);

    expect(again.outcome).toBe('AlreadyOn');
    expect(again.because).toContain("waits for a person's decision");
    await handle.executeUpdate('approve', { args: [{}] });
    expect(await resultOf(handle)).toMatchObject({
      outcome: 'Succeeded',
      target: TARGET,
      requestedBy: 'schedule/minor',
    });
  },
  TEST_TIMEOUT_MS,
);
