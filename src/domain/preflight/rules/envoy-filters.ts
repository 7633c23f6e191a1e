import type { Finding } from '../../finding.ts';
import type { SensitiveResource } from '../../inventory/sensitive-resource.ts';
import type { PreflightFacts, Rule } from '../facts.ts';

/** Longer than anybody writes a version pattern; what is longer is not tried. */
const LONGEST_PATTERN = 200;

/** An EnvoyFilter that names proxy versions silently stops working with the next one. */
export const envoyFiltersRule: Rule = {
  documents: [
    {
      code: 'EnvoyFilterBoundToVersion',
      severity:
        'overridable where none of its patterns matches the target or one cannot be read, info where only some of them do not',
      meaning:
        'an EnvoyFilter has patches for proxies of certain versions (`match.proxy.proxyVersion`) that the target does not match: they stop applying without a word.',
      remedy: 'add a patch for the target version, tried with it, beside the one for the old.',
    },
  ],
  check: checkEnvoyFilters,
};

function checkEnvoyFilters({ inventory, target }: PreflightFacts): readonly Finding[] {
  if (inventory.sensitive.kind === 'unknown') return [];
  return inventory.sensitive.value
    .filter(({ kind }) => kind === 'envoy-filter')
    .flatMap((filter) => checkFilter(filter, target));
}

function checkFilter({ subject, details }: SensitiveResource, target: string): readonly Finding[] {
  const answers = details.map((pattern) => ({ pattern, answer: doesMatch(pattern, target) }));
  const others = answers.filter(({ answer }) => answer !== 'yes');
  if (others.length === 0) return [];
  const isPartly =
    answers.some(({ answer }) => answer === 'yes') &&
    answers.every(({ answer }) => answer !== 'unreadable');
  const [namespace = '', name = ''] = subject.replace(/^EnvoyFilter /, '').split('/');
  return [
    {
      code: 'EnvoyFilterBoundToVersion',
      severity: isPartly ? 'info' : 'overridable',
      subject,
      message: `expected its patches to apply to proxies of ${target}, found ${isPartly ? 'some' : 'only such'} as are bound to other versions: ${others.map(({ pattern, answer }) => (answer === 'unreadable' ? `${pattern} (which cannot be read)` : pattern)).join(', ')}`,
      remedy: `kubectl -n ${namespace} get envoyfilter ${name} -o yaml`,
    },
  ];
}

/**
 * As istiod does it: the pattern may match anywhere in the version (`proxyMatch` of istio/istio
 * `pilot/pkg/model/envoyfilter.go`). It is a pattern of Go; what is none here too is not judged.
 */
function doesMatch(pattern: string, version: string): 'yes' | 'no' | 'unreadable' {
  if (pattern.length > LONGEST_PATTERN) return 'unreadable';
  try {
    return new RegExp(pattern).test(version) ? 'yes' : 'no';
  } catch {
    return 'unreadable';
  }
}
