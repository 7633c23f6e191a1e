import { exportLines } from '../environment.ts';
import { runningRig } from './running-rig.ts';

export function runEnv(name: string): void {
  const { endpoints } = runningRig(name);
  process.stdout.write(`${exportLines(name, endpoints).join('\n')}\n`);
}
