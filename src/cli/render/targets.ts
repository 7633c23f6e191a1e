import { stripUnprintable } from '../../domain/report-markdown.ts';
import type {
  Hop,
  MeshTargets,
  Route,
  StrategyAssessment,
  TargetAssessment,
  TargetReason,
} from '../../domain/targets/target.ts';
import type { KubernetesFit } from '../../domain/version/kubernetes-fit.ts';
import type { SupportStatus } from '../../domain/version/version-facts.ts';
import type { Output } from '../output.ts';
import { renderFacts, renderSections, type Section } from './sections.ts';
import { renderTable } from './table.ts';

/** Where a mesh can go, as a page: what runs, a line a version, then why not, and which way round. */
export function renderTargets(output: Output, found: MeshTargets): string {
  const page = renderSections(output, [
    {
      title: 'Nothing is allowed',
      body: found.obstacles.map(describeReason(output, '')).join('\n'),
    },
    { title: 'Versions', body: versions(output, found.targets) },
    ...found.targets.flatMap((target) => detail(output, target, found.obstacles)),
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
    target.direction === 'same' ? 'runs now' : describeVerdict(target.canary),
    target.direction === 'same' ? 'runs now' : describeVerdict(target.inPlace),
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

/** What speaks against one version, and the hops that lead there; nothing where all is allowed. */
function detail(
  output: Output,
  { version, direction, canary, inPlace }: TargetAssessment,
  told: readonly TargetReason[],
): readonly Section[] {
  if (direction === 'same') return [];
  const shared = inBoth(canary, inPlace);
  const lines = [
    ...without(shared, told).map(describeReason(output, '')),
    ...without(canary.reasons, [...told, ...shared]).map(describeReason(output, 'canary: ')),
    ...routeLines('canary', canary),
    ...without(inPlace.reasons, [...told, ...shared]).map(describeReason(output, 'in place: ')),
    ...routeLines('in place', inPlace),
  ];
  return lines.length === 0 ? [] : [{ title: version, body: lines.join('\n') }];
}

function inBoth(one: StrategyAssessment, other: StrategyAssessment): readonly TargetReason[] {
  return one.reasons.filter((reason) => other.reasons.some((each) => isSame(each, reason)));
}

function without(
  reasons: readonly TargetReason[],
  told: readonly TargetReason[],
): readonly TargetReason[] {
  return reasons.filter((reason) => !told.some((each) => isSame(each, reason)));
}

function isSame(a: TargetReason, b: TargetReason): boolean {
  return a.code === b.code && a.message === b.message;
}

function describeReason(output: Output, prefix: string): (reason: TargetReason) => string {
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
      return `none: after ${route.after} a release of ${route.missing.join(' or ')} is missing`;
    case 'none':
      return undefined;
  }
}

function describeHop({ version, clusterUpgrade, kubernetes }: Hop): string {
  const hop = `${version}${HOP_REMARKS[kubernetes.kind]}`;
  if (clusterUpgrade === undefined) return hop;
  const { to, warning } = clusterUpgrade;
  const careful = warning === undefined ? '' : ` (${warning})`;
  return `the cluster to Kubernetes ${to}${careful}, then ${hop}`;
}

const HOP_REMARKS: Readonly<Record<KubernetesFit['kind'], string>> = {
  fits: '',
  untested: ' (untested with that Kubernetes)',
  'too-old': ' (needs another Kubernetes)',
  unknown: ' (its Kubernetes is unknown)',
};

function footnotes(output: Output, targets: readonly TargetAssessment[]): readonly string[] {
  const isByRuleOnly = targets
    .flatMap(({ canary, inPlace }) => [canary, inPlace])
    .some(({ verdict, offered }) => verdict === 'allowed' && !offered);
  return isByRuleOnly
    ? [output.colors.dim('* the rules allow it; meshlift does not carry it out on this mesh yet')]
    : [];
}
