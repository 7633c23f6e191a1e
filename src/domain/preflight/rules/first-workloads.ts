import type { Finding } from '../../finding.ts';
import { buildWaves } from '../../planning/waves.ts';
import { treatWorkloads } from '../../restart/treatment.ts';
import { currentControlPlanes, type PreflightFacts, type Rule } from '../facts.ts';
import { nameSome, nameWorkload } from '../name-objects.ts';
import { waveOptionsOf } from '../wave-options.ts';

/** A canary that is spelled wrong would be none, and nobody would notice. */
export const firstWorkloadsRule: Rule = {
  documents: [
    {
      code: 'FirstWorkloadMissing',
      severity: 'overridable',
      meaning:
        'the policy names a workload that is to move before the others (`waves.first`), and no workload of that name moves: the others of its namespace would move without it.',
      remedy:
        'correct the name in the policy; accept it by name where the policy serves several clusters.',
    },
  ],
  check: checkFirst,
};

function checkFirst(facts: PreflightFacts): readonly Finding[] {
  const { inventory, targetRevision, policy } = facts;
  const wanted = policy?.waves.first ?? [];
  if (wanted.length === 0) return [];
  const { moved: workloads } = treatWorkloads(inventory, policy?.restart ?? {});
  const mesh = { ...facts.mesh, workloads };
  const moved = currentControlPlanes(facts).flatMap(({ revision }) =>
    buildWaves(
      mesh,
      { from: revision, to: targetRevision },
      waveOptionsOf(facts, revision),
    ).flatMap((wave) => wave.workloads.map(nameWorkload)),
  );
  return [...new Set(wanted)]
    .filter((name) => !moved.includes(name))
    .map((name): Finding => ({
      code: 'FirstWorkloadMissing',
      severity: 'overridable',
      subject: name,
      message: `expected waves.first of the policy to name a workload that moves, found none of that name; ${whatMoves(name, moved)}`,
      remedy: 'correct waves.first in meshlift.yaml',
    }));
}

/** What moves in the namespace that is named; where nothing does, in which namespaces something does. */
function whatMoves(name: string, moved: readonly string[]): string {
  const namespace = namespaceOf(name);
  const near = moved.filter((each) => namespaceOf(each) === namespace);
  if (near.length > 0) return `in namespace ${namespace} move ${nameSome(near)}`;
  const namespaces = [...new Set(moved.map(namespaceOf))];
  return namespaces.length === 0
    ? 'nothing moves'
    : `nothing moves in namespace ${namespace}, but in ${nameSome(namespaces)}`;
}

/** Of `Deployment shop/cart`: `shop`. */
function namespaceOf(name: string): string {
  return name.slice(name.indexOf(' ') + 1, name.indexOf('/'));
}
