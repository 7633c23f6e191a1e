import type { UpgradeReport } from '../../src/domain/report.ts';
import type { Carried } from '../../src/workflows/go-on-anew.ts';
import { runMesh } from '../../src/workflows/run-mesh.ts';
import { UPGRADE } from '../../src/workflows/upgrade-mesh.ts';

/** A third or so of a run: its last history begins with what the ones before carried into it. */
const MOST_EVENTS = 100;

/** The workflow as it is, but for the length of its histories. */
export async function upgradeMesh(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, UPGRADE, { carried, mostEvents: MOST_EVENTS });
}
