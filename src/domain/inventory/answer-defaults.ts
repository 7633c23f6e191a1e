import { DEFAULT_TAG, DEFAULT_VALIDATOR, INJECTION_LABEL } from '../mesh/istio-labels.ts';
import { answeringRevision } from './answering-revision.ts';
import { matchesSelector } from './match-selector.ts';
import type { DefaultAnswers, InjectorFacts, ValidatorFacts } from './webhook-facts.ts';

/** The one name by which istiod finds who wins the leader locks (`pkg/revisions/default_watcher.go`). */
const DEFAULT_TAG_WEBHOOK = 'istio-revision-tag-default';

/** The four answers to "who is the default?": they are decided apart and may disagree. */
export function answerDefaults(
  injectors: readonly InjectorFacts[],
  validators: readonly ValidatorFacts[],
): DefaultAnswers {
  const validator = validators.find(({ name }) => name === DEFAULT_VALIDATOR);
  const leader = injectors.find(({ name }) => name === DEFAULT_TAG_WEBHOOK)?.revision;
  const injection = injectionDefault(injectors);
  const validation = validator && validationDefault(validator, injectors);
  const ownership = ownershipDefault(injectors, validator);
  return {
    ...(injection !== undefined && { injection }),
    ...(validation !== undefined && { validation }),
    ...(ownership !== undefined && { ownership }),
    ...(leader !== undefined && { leader }),
  };
}

/**
 * Whose live webhook selects a plain pod in a namespace with `istio-injection=enabled`. Where several
 * do, each injects anew in the order of their names, and the last one's proxy stays (tried with 1.25.1
 * and 1.26.1).
 */
function injectionDefault(injectors: readonly InjectorFacts[]): string | undefined {
  const labels = { [INJECTION_LABEL]: 'enabled' };
  const answering = injectors
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((injector) =>
      injector.webhooks
        .filter(
          ({ namespaceSelector, objectSelector }) =>
            matchesSelector(namespaceSelector, labels) && matchesSelector(objectSelector, {}),
        )
        .map((webhook) => answeringRevision(webhook, injector.revision, injectors)),
    );
  return answering.at(-1);
}

function validationDefault(validator: ValidatorFacts, injectors: readonly InjectorFacts[]): string {
  const [webhook] = validator.webhooks;
  return webhook === undefined
    ? validator.revision
    : answeringRevision(webhook, validator.revision, injectors);
}

/** The tag, else the validator's label, else the revision without a name (istio-facts section 4). */
function ownershipDefault(
  injectors: readonly InjectorFacts[],
  validator: ValidatorFacts | undefined,
): string | undefined {
  const tag = injectors.find((each) => each.tag === DEFAULT_TAG);
  const unnamed = injectors.find((each) => each.tag === undefined && each.revision === 'default');
  return tag?.revision ?? validator?.revision ?? unnamed?.revision;
}
