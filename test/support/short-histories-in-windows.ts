import type { UpgradeReport } from '../../src/domain/report.ts';
import type { Carried } from '../../src/workflows/go-on-anew.ts';
import { runMesh } from '../../src/workflows/run-mesh.ts';
import { UPGRADE } from '../../src/workflows/upgrade-mesh.ts';

/** Each history looks at the window anew, and has to have room for the step after that. */
const MOST_EVENTS = 24;

/** The workflow as it is, but for the length of its histories. */
export async function upgradeMesh(input: unknown, carried?: Carried): Promise<UpgradeReport> {
  return runMesh(input, UPGRADE, { carried, mostEvents: MOST_EVENTS });
}
