import path from 'node:path';
import { programEnvironment } from '../../../rig/demo/processes.ts';
import { growMesh } from '../../../rig/mesh/big/big-mesh.ts';
import { runningRig } from '../../../rig/commands/running-rig.ts';
import { startRig, stopRig } from '../../../rig/start-rig.ts';
import { stateRoot } from '../../../rig/xdg.ts';
import { atMost, exactly, reported, type Check, type Part, type PartOptions } from '../topic.ts';
import { measureCommand, type Measured } from './measure-command.ts';

const RIG = 'show-speed';
const TARGET = ['--target', '1.26.1'];
const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ['inspect', []],
  ['targets', []],
  ['precheck', TARGET],
  ['plan', TARGET],
];
/** What is promised of the demo mesh, and of a large one. */
const SMALL = { seconds: 5 };
const LARGE = { workloads: 2000, pods: 20_000, seconds: 30, megabytes: 400 };

export const speedPart: Part = {
  name: 'speed',
  title: `the four commands on the demo mesh, and on ${LARGE.workloads} workloads with ${LARGE.pods} pods; about 10 minutes`,
  run: async (options) => {
    const { signal, say } = options;
    await stopRig(RIG);
    try {
      await startRig({ name: RIG, endsWithCaller: true, signal });
      const small = await measureAll('demo mesh', options, { seconds: SMALL.seconds });
      say(`growing the mesh to ${LARGE.workloads} workloads and ${LARGE.pods} pods`);
      await growMesh(runningRig(RIG), { ...LARGE, log: say, signal });
      return [...small, ...(await measureAll('large mesh', options, LARGE))];
    } finally {
      await stopRig(RIG);
    }
  },
};

interface Bounds {
  readonly seconds: number;
  readonly megabytes?: number;
  readonly workloads?: number;
}

async function measureAll(
  where: string,
  { signal, say }: PartOptions,
  bounds: Bounds,
): Promise<readonly Check[]> {
  const dir = path.join(stateRoot(), RIG);
  const env = programEnvironment({ name: RIG, dir }, runningRig(RIG).endpoints);
  const checks: Check[] = [];
  for (const [command, options] of COMMANDS) {
    const args = [command, 'demo', ...options, '--output', 'json'];
    const measured = await measureCommand(args, { env, signal });
    say(`${where}: ${command}: ${measured.seconds} s, ${measured.ownMegabytes} MB`);
    checks.push(...describeCommand(`${where}: ${command}`, measured, bounds));
  }
  return checks;
}

function describeCommand(name: string, measured: Measured, bounds: Bounds): readonly Check[] {
  const { exitCode, seconds, ownMegabytes, calledMegabytes, stdout } = measured;
  const istioctl = Object.entries(calledMegabytes).find(([program]) =>
    program.startsWith('istioctl'),
  );
  return [
    exactly(`${name}: exit code`, exitCode ?? 'none', 0),
    atMost(`${name}: seconds`, seconds, { limit: bounds.seconds, unit: ' s' }),
    ...(bounds.megabytes === undefined
      ? []
      : [
          atMost(`${name}: own peak memory`, ownMegabytes, {
            limit: bounds.megabytes,
            unit: ' MB',
          }),
        ]),
    ...(istioctl === undefined ? [] : [reported(`${name}: peak of istioctl, MB`, istioctl[1])]),
    ...(name.endsWith('inspect') && bounds.workloads !== undefined
      ? [atLeastWorkloads(name, stdout, bounds.workloads)]
      : []),
  ];
}

/** Fast because it looked at everything, not because it looked away. */
function atLeastWorkloads(name: string, stdout: string, least: number): Check {
  const answer = JSON.parse(stdout) as {
    readonly mesh?: { readonly workloads?: readonly unknown[] };
  };
  const found = answer.mesh?.workloads?.length ?? 0;
  return { name: `${name}: workloads seen`, value: found, bound: `≥ ${least}`, ok: found >= least };
}
