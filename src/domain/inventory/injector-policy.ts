import type { LabelSelector } from './capacity.ts';
import { known, unknown, type Known } from './known.ts';

/**
 * What an istiod goes by once its webhook was asked: the part of ConfigMap
 * `istio-sidecar-injector[-<revision>]`, key `config`, that decides whether a pod is injected.
 */
export interface InjectorPolicy {
  /** `enabled` or `disabled`; anything else injects nothing. */
  readonly policy: string;
  readonly neverInjectSelector: readonly LabelSelector[];
  readonly alwaysInjectSelector: readonly LabelSelector[];
  /** Templates for a pod that names none. */
  readonly defaultTemplates: readonly string[];
  /** Names of the templates that it has. */
  readonly templates: readonly string[];
  /** One name for several templates; not resolved again. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

/** By revision. A revision that is not there is one whose policy nobody read. */
export type InjectorPolicies = Readonly<Record<string, Known<InjectorPolicy>>>;

const DEFAULT_TEMPLATE = 'sidecar';

/** Takes key `config` of the injector's ConfigMap, already read as YAML, for what it means to istiod. */
export function interpretInjectorPolicy(config: unknown): Known<InjectorPolicy> {
  if (!isRecord(config)) {
    return unknown(`expected the injector's configuration to be an object, found ${typeof config}`);
  }
  const never = selectorsAt(config, 'neverInjectSelector');
  const always = selectorsAt(config, 'alwaysInjectSelector');
  if (never === undefined || always === undefined) {
    return unknown(
      'expected neverInjectSelector and alwaysInjectSelector to be lists of selectors',
    );
  }
  const defaults = textsOf(config['defaultTemplates']);
  return known({
    policy: typeof config['policy'] === 'string' ? config['policy'] : '',
    neverInjectSelector: never,
    alwaysInjectSelector: always,
    defaultTemplates: defaults.length > 0 ? defaults : [DEFAULT_TEMPLATE],
    templates: isRecord(config['templates']) ? Object.keys(config['templates']).toSorted() : [],
    aliases: aliasesOf(config['aliases']),
  });
}

/** Left out means none; anything but a list of objects is not understood. */
function selectorsAt(
  config: Readonly<Record<string, unknown>>,
  key: string,
): readonly LabelSelector[] | undefined {
  const value = config[key] ?? [];
  return Array.isArray(value) && value.every(isSelector) ? value : undefined;
}

function isSelector(value: unknown): value is LabelSelector {
  if (!isRecord(value)) return false;
  const { matchLabels = {}, matchExpressions = [] } = value;
  return (
    isRecord(matchLabels) && Array.isArray(matchExpressions) && matchExpressions.every(isRecord)
  );
}

function aliasesOf(value: unknown): Record<string, readonly string[]> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, names]) => [name, textsOf(names)]));
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
