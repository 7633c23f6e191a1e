import { stripUnprintable } from '../../domain/report-markdown.ts';
import type {
  Hop,
  MeshTargets,
  Route,
  StrategyAssessment,
  TargetAssessment,
} from '../../domain/targets/target.ts';
import type { KubernetesFit } from '../../domain/version/kubernetes-fit.ts';
import type { SupportStatus } from '../../domain/version/version-facts.ts';
import type { Output } from '../output.ts';
import { renderFacts, renderSections, type Section } from './sections.ts';
import { renderTable } from './table.ts';

/** Where a mesh can go, as a page: what runs, a line a version, then why not, and which way round. */
export function renderTargets(output: Output, found: MeshTargets): string {
  const page = renderSections(output, [
    { title: 'Versions', body: versions(output, found.targets) },
    ...found.targets.flatMap((target) => obstacles(output, target)),
  ]);
  return [facts(output, found), page, ...footnotes(output, found.targets)].join('\n\n');
}

function facts(output: Output, { cluster, kubernetesVersion, from, support, rules }: MeshTargets) {
  const sources = from.map(({ revision, version, installer }) =>
    stripUnprintable(
      `${version ?? 'an unknown version'} (revision ${revision}, installed by ${installer})`,
    ),
  );
  return renderFacts(output, [
    ['Cluster', cluster],
    ['Kubernetes', stripUnprintable(kubernetesVersion)],
    ['From', sources.join(', ') || 'nothing: no control plane found'],
    ['Support', support === undefined ? undefined : describeSupport(support)],
    ['Rules', rules.sources.join(' ') || 'none known'],
  ]);
}

function versions(output: Output, targets: readonly TargetAssessment[]): string {
  if (targets.length === 0) {
    return 'none: the installer has no versions; add binaries under installers in meshlift.yaml';
  }
  const rows = targets.map((target) => [
    target.version,
    target.direction,
    describeVerdict(target.canary),
    describeVerdict(target.inPlace),
    describeFit(target.kubernetes),
    describeSupport(target.support),
  ]);
  return renderTable(
    output,
    ['VERSION', 'IS', 'CANARY', 'IN PLACE', 'KUBERNETES', 'SUPPORT'],
    rows,
  );
}

function describeVerdict({ verdict, offered }: StrategyAssessment): string {
  switch (verdict) {
    case 'allowed':
      return offered ? 'allowed' : 'allowed*';
    case 'not-allowed':
      return 'no';
    case 'unknown':
      return 'unknown';
  }
}

function describeFit(fit: KubernetesFit): string {
  switch (fit.kind) {
    case 'fits':
      return `fits (${fit.minimum} to ${fit.tested})`;
    case 'untested':
      return fit.tested === undefined
        ? `untested (${fit.minimum} or newer)`
        : `untested (${fit.minimum} to ${fit.tested})`;
    case 'too-old':
      return `needs ${fit.minimum}`;
    case 'unknown':
      return 'unknown';
  }
}

function describeSupport(support: SupportStatus): string {
  switch (support.kind) {
    case 'supported':
      return `until ${support.until}`;
    case 'ended':
      return `ended ${support.on}`;
    case 'unknown':
      return stripUnprintable(`unknown: ${support.why}`);
  }
}

/** What speaks against a newer version, and the hops that lead there; nothing for one that is allowed. */
function obstacles(output: Output, target: TargetAssessment): readonly Section[] {
  if (target.direction === 'same') return [];
  const { canary, inPlace } = target;
  const shared = canary.reasons.filter(({ message }) =>
    inPlace.reasons.some((other) => other.message === message),
  );
  const lines = [
    ...shared.map(describeReason(output, '')),
    ...only(canary, shared).map(describeReason(output, 'canary: ')),
    ...routeLines('canary', canary),
    ...only(inPlace, shared).map(describeReason(output, 'in place: ')),
    ...routeLines('in place', inPlace),
  ];
  return lines.length === 0 ? [] : [{ title: target.version, body: lines.join('\n') }];
}

type Reason = StrategyAssessment['reasons'][number];

function only({ reasons }: StrategyAssessment, shared: readonly Reason[]): readonly Reason[] {
  return reasons.filter(({ message }) => shared.every((each) => each.message !== message));
}

function describeReason(output: Output, prefix: string): (reason: Reason) => string {
  return ({ message, remedy, code }) => {
    const head = stripUnprintable(`  ${prefix}${message}`);
    const todo = remedy === '' ? '' : `; ${stripUnprintable(remedy)}`;
    return `${head}${todo} ${output.colors.dim(`(${code})`)}`;
  };
}

/** Only where the one step is not allowed, and there is something to tell. */
function routeLines(name: string, { verdict, route }: StrategyAssessment): readonly string[] {
  const way = verdict === 'allowed' ? undefined : describeRoute(route);
  return way === undefined ? [] : [`  ${name}, way there: ${way}`];
}

function describeRoute(route: Route): string | undefined {
  switch (route.kind) {
    case 'hops':
      return route.hops.map(describeHop).join(', then ');
    case 'gap':
      return `from ${route.after} on none: a release of ${route.missing.join(' or ')} is missing`;
    case 'none':
      return undefined;
  }
}

function describeHop({ version, clusterUpgrade, kubernetes }: Hop): string {
  const untested = kubernetes.kind === 'untested' ? ' (untested with that Kubernetes)' : '';
  if (clusterUpgrade === undefined) return `${version}${untested}`;
  const { to, warning } = clusterUpgrade;
  const careful = warning === undefined ? '' : ` (${warning})`;
  return `the cluster to Kubernetes ${to}${careful}, then ${version}${untested}`;
}

function footnotes(output: Output, targets: readonly TargetAssessment[]): readonly string[] {
  const isByRuleOnly = targets
    .flatMap(({ canary, inPlace }) => [canary, inPlace])
    .some(({ verdict, offered }) => verdict === 'allowed' && !offered);
  return isByRuleOnly
    ? [output.colors.dim('* the rules allow it; meshlift does not carry it out on this mesh yet')]
    : [];
}
