import type { Finding } from '../../finding.ts';
import { UNREADABLE_OWNER } from '../../mesh/observed-mesh.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** Nobody else may be changing this mesh. A lock whose holder is dead is taken over only by name. */
export const meshBusyRule: Rule = {
  documents: [
    {
      code: 'MeshBusy',
      severity: 'blocking',
      meaning:
        'another run holds the mesh; its lock is the ConfigMap `meshlift-owner` beside istiod.',
      remedy:
        'wait for that run; if it is dead, name its first run id in the request (`--take-over RUN_ID`), as the [runbook](runbook.md) describes.',
    },
  ],
  check: checkMeshBusy,
};

/** What is asked of the lock. */
export type LockFacts = Pick<PreflightFacts, 'mesh' | 'runId' | 'takeOver'>;

export function checkMeshBusy({ mesh, runId, takeOver }: LockFacts): readonly Finding[] {
  const { owner } = mesh;
  if (owner === undefined || owner.runId === runId || owner.runId === takeOver) return [];
  const subject = `ConfigMap ${mesh.meshNamespace}/meshlift-owner`;
  if (owner.runId === UNREADABLE_OWNER) {
    return [
      {
        code: 'MeshBusy',
        severity: 'blocking',
        subject,
        message: `expected to know who holds the mesh, found that its lock cannot be read`,
        remedy: `kubectl auth can-i get configmaps -n ${mesh.meshNamespace}, as the identity of the worker`,
      },
    ];
  }
  return [
    {
      code: 'MeshBusy',
      severity: 'blocking',
      subject,
      message: `expected a mesh that no run holds; run ${owner.runId} (${owner.workflowId}, Temporal namespace ${owner.temporalNamespace}) holds it since ${owner.since}`,
      remedy: `wait for it (meshlift watch ${owner.workflowId}); if it is dead, name it in the request: "takeOver": "${owner.runId}"`,
    },
  ];
}
