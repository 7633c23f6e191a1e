import type { Finding } from '../finding.ts';
import { informOnce, nameSome, nameWorkload } from '../preflight/name-objects.ts';
import { describeCount } from '../rollout/describe-count.ts';
import type { JudgedProxies, KeptProxy } from './judge-proxies.ts';
import type { RenderedProxies } from './rendered-proxy.ts';

/** What is not restarted although its proxy is older, or may be; one finding for each reason. */
export function keptFindings(kept: readonly KeptProxy[]): readonly Finding[] {
  return [...Map.groupBy(kept, ({ age, because }) => `${age} ${because}`).values()].flatMap(
    (group): readonly Finding[] => {
      const [first] = group;
      if (first === undefined) return [];
      const shared = { subjects: group.map(nameWorkload), noun: 'workloads' };
      return first.age === 'older'
        ? informOnce({
            ...shared,
            code: 'ProxyStays',
            message: `expected a restart to bring the proxy of its control plane, found that ${first.because}`,
            remedy: `kubectl -n ${first.namespace} get pods -o yaml`,
          })
        : informOnce({
            ...shared,
            code: 'ProxyAgeUnknown',
            message: `expected to know whether its proxy is older than its control plane, found that ${first.because}`,
            remedy: `kubectl -n ${first.namespace} get pods -o yaml`,
          });
    },
  );
}

/** In words why there is nothing to do. */
export function currentFinding(
  { current, kept }: JudgedProxies,
  { cluster, revision }: { readonly cluster: string; readonly revision: string | undefined },
): Finding {
  const of = revision === undefined ? '' : ` of revision ${revision}`;
  const others = kept.length === 0 ? '' : `; ${describeCount(kept.length, 'workload')} keep theirs`;
  return {
    code: 'ProxiesCurrent',
    severity: 'info',
    subject: cluster,
    message: `expected workloads whose proxies are older than their control plane${of}, found none that a restart would change: those of ${describeCount(current, 'workload')} are as new as it${others}`,
    remedy: 'nothing has to be done',
  };
}

/** Revisions whose injector did not say what proxy it renders, so that nobody knows what is old. */
export function silentFindings(
  rendered: RenderedProxies,
  {
    meshNamespace,
    revision,
  }: { readonly meshNamespace: string; readonly revision: string | undefined },
): readonly Finding[] {
  return Object.entries(rendered).flatMap(([name, answer]): readonly Finding[] => {
    if (answer.kind !== 'silent') return [];
    return [
      {
        code: 'ProxyNotRendered',
        severity: revision === undefined || revision === name ? 'blocking' : 'info',
        subject: `revision ${name}`,
        message: `expected its injector to answer with a proxy to a pod that is not created, found: ${answer.why}`,
        remedy: `kubectl -n ${meshNamespace} get pods -l app=istiod,istio.io/rev=${name}`,
      },
    ];
  });
}

/** More revisions than one have older proxies; a run is about one control plane. */
export function severalFinding(cluster: string, revisions: readonly string[]): Finding {
  return {
    code: 'RefreshNeedsRevision',
    severity: 'blocking',
    subject: cluster,
    message: `expected older proxies of one revision, found them of ${nameSome(revisions)}`,
    remedy: `name one, and then the next: meshlift start ${cluster} --type refreshProxies --revision ${revisions[0] ?? ''}`,
  };
}

/** The request names a revision by which nothing is injected. */
export function unknownRevisionFinding(
  cluster: string,
  revision: string,
  known: readonly string[],
): Finding {
  return {
    code: 'RefreshNeedsRevision',
    severity: 'blocking',
    subject: cluster,
    message: `expected a revision that injects workloads here (${known.length === 0 ? 'none does' : nameSome(known)}), found ${revision}`,
    remedy: `meshlift inspect ${cluster}`,
  };
}
