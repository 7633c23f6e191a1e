import { annotate, copy, create, edit, label, type Change, type Scenario } from './scenario.ts';
import { tag } from './second-control-plane.ts';

/** Tags, injectors and validators: where they point, and who answers them. */
export const WEBHOOK_SCENARIOS: readonly Scenario[] = [
  {
    code: 'TagPointsNowhere',
    severity: 'overridable',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag of a revision that is gone, which nobody uses',
    given: [tag('old', { revision: '1-24-0' })],
    near: { given: [tag('old')] },
  },
  {
    code: 'TagPointsNowhere',
    severity: 'blocking',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag of a revision that is gone, which a namespace uses',
    given: [
      tag('old', { revision: '1-24-0' }),
      label('Namespace legacy', { 'istio.io/rev': 'old' }),
    ],
    near: { given: [tag('old'), label('Namespace legacy', { 'istio.io/rev': 'old' })] },
  },
  {
    code: 'WebhookUnanswered',
    severity: 'overridable',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag whose Service is gone, which nobody uses',
    given: [tag('old', { service: 'istiod-gone' })],
    near: { given: [tag('old')] },
  },
  {
    code: 'WebhookUnanswered',
    severity: 'blocking',
    subject: 'MutatingWebhookConfiguration istio-revision-tag-old',
    name: 'a tag whose Service has no endpoints, so that no pods can be created',
    given: [
      create('Service istio-system/istiod-empty', {
        spec: { selector: { app: 'nobody' }, ports: [{ port: 443, targetPort: 15017 }] },
      }),
      tag('old', { service: 'istiod-empty' }),
      label('Namespace legacy', { 'istio.io/rev': 'old' }),
    ],
    near: { given: [tag('old'), label('Namespace legacy', { 'istio.io/rev': 'old' })] },
  },
  {
    code: 'InjectorsOverlap',
    severity: 'overridable',
    subject: /istio-revision-tag-prod-stable and second$/,
    name: 'two webhooks select the same namespaces',
    given: [copyOfTag({})],
    near: { given: [copyOfTag({ 'prod-stable': 'second' })] },
  },
  {
    code: 'DefaultsDisagree',
    severity: 'overridable',
    subject: 'namespace istio-system',
    name: 'the default tag and the default validator name different revisions',
    given: [
      label('MutatingWebhookConfiguration istio-revision-tag-default', {
        'istio.io/rev': '1-24-0',
      }),
    ],
    near: {
      given: [label('MutatingWebhookConfiguration istio-revision-tag-default', { team: 'mesh' })],
    },
  },
  {
    code: 'ValidatorPointsNowhere',
    severity: 'overridable',
    subject: 'ValidatingWebhookConfiguration istio-validator-old',
    name: 'the validator of a revision that is gone',
    given: [validator('1-24-0')],
    near: { given: [validator('1-25-1')] },
  },
  {
    code: 'ValidatorPointsNowhere',
    severity: 'blocking',
    subject: 'ValidatingWebhookConfiguration istiod-default-validator',
    name: 'the default validator still sends to a revision that is gone: every write is refused',
    given: [defaultValidator('1-24-0')],
    near: {
      given: [annotate('ValidatingWebhookConfiguration istiod-default-validator', { by: 'mesh' })],
    },
  },
];

function copyOfTag(replacing: Readonly<Record<string, string>>): Change {
  return copy('MutatingWebhookConfiguration istio-revision-tag-prod-stable', {
    name: 'second',
    replacing,
    merge: { metadata: { labels: { 'istio.io/tag': 'second' } } },
  });
}

function validator(revision: string): Change {
  return copy('ValidatingWebhookConfiguration istio-validator-1-25-1-istio-system', {
    name: 'istio-validator-old',
    merge: { metadata: { labels: { 'istio.io/rev': revision } } },
  });
}

/** As an uninstall leaves it: label and Service of the revision that went. */
function defaultValidator(revision: string): Change {
  return edit('ValidatingWebhookConfiguration istiod-default-validator', {
    '/metadata/labels/istio.io~1rev': revision,
    '/webhooks/0/clientConfig/service/name': `istiod-${revision}`,
  });
}
