import type { RunEventKind } from '../domain/run-event.ts';

/** Where a secret is: never its value. */
export type SecretRef =
  | { readonly kind: 'file'; readonly file: string }
  | { readonly kind: 'env'; readonly name: string };

/** An address, or where it is: that of a Slack channel is a secret by itself. */
export type UrlRef = SecretRef | { readonly kind: 'given'; readonly url: string };

interface CommonSettings {
  readonly name: string;
  /** Absent: every kind. */
  readonly events?: readonly RunEventKind[];
  /** Absent: every cluster. */
  readonly clusters?: readonly string[];
  readonly url: UrlRef;
  readonly tls: 'required' | 'off';
}

export interface WebhookSettings extends CommonSettings {
  readonly kind: 'webhook';
  /** What its requests are signed with. */
  readonly secret: SecretRef;
}

export interface SlackSettings extends CommonSettings {
  readonly kind: 'slack';
}

export interface CloudEventsSettings extends CommonSettings {
  readonly kind: 'cloudevents';
  /** Absent: its requests are not signed. */
  readonly secret?: SecretRef;
}

export interface SmtpSettings extends CommonSettings {
  readonly kind: 'smtp';
  readonly from: string;
  readonly to: readonly string[];
  /** Absent: the server asks for none. */
  readonly login?: { readonly user: string; readonly password: SecretRef };
}

/** One entry below `notifications` in `meshlift.yaml`. */
export type NotifierSettings = WebhookSettings | SlackSettings | CloudEventsSettings | SmtpSettings;
