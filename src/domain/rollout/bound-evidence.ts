import type { GateEvidence } from '../approval/evidence.ts';

/** What people look at on a screen; all of it is kept beside the mesh. */
const MOST = 30;

/** The evidence as a run shows it: the first of each kind, and without what is long. */
export function boundEvidence(evidence: GateEvidence): GateEvidence {
  const { findings, soaks, waves, exceptions, afterwards } = evidence;
  return {
    ...evidence,
    findings: few(findings).map(({ drift: _, ...finding }) => finding),
    soaks: few(soaks),
    waves: few(waves).map(({ exceptions: _, remarks: __, namespaces, ...wave }) => ({
      ...wave,
      namespaces: few(namespaces),
    })),
    exceptions: few(exceptions),
    afterwards: few(afterwards),
  };
}

function few<T>(list: readonly T[]): readonly T[] {
  return list.slice(0, MOST);
}
