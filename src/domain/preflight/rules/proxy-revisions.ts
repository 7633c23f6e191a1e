import type { Finding } from '../../finding.ts';
import type { PreflightFacts, Rule } from '../facts.ts';
import { nameWorkload } from '../name-objects.ts';

/** Every proxy must belong to a revision that exists, else nobody knows who serves it. */
export const proxyRevisionsRule: Rule = {
  documents: [
    {
      code: 'ProxyOfUnknownRevision',
      severity: 'blocking',
      meaning: 'a workload has pods that were injected by a revision without a control plane.',
      remedy: 'restart that workload, so that its proxies come from a revision that exists.',
    },
  ],
  check: checkProxyRevisions,
};

function checkProxyRevisions({ mesh }: PreflightFacts): readonly Finding[] {
  const known = new Set(mesh.controlPlanes.map(({ revision }) => revision));
  return mesh.workloads.flatMap((workload): Finding[] => {
    const strangers = Object.keys(workload.podsByRevision).filter(
      (revision) => revision !== 'none' && !known.has(revision),
    );
    if (strangers.length === 0) return [];
    return [
      {
        code: 'ProxyOfUnknownRevision',
        severity: 'blocking',
        subject: nameWorkload(workload),
        message: `expected pods injected by ${[...known].join(' or ')}, found some of ${strangers.join(', ')}, which has no control plane`,
        remedy: `kubectl -n ${workload.namespace} rollout restart ${workload.kind.toLowerCase()}/${workload.name}`,
      },
    ];
  });
}
