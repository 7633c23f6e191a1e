import { growMesh, type FarmSize } from '../mesh/big/big-mesh.ts';
import { runningRig } from './running-rig.ts';

export async function runGrow(name: string, size: FarmSize): Promise<void> {
  const log = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  await growMesh(runningRig(name), { ...size, log });
}
