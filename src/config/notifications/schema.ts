import * as z from 'zod';
import { RUN_EVENTS } from '../../domain/run-event.ts';
import { name } from '../values/schema.ts';

/** Where a secret is; a value in this file would be in every copy of it. */
const secretRef = z
  .strictObject(
    {
      file: z.string().min(1).max(1000).optional(),
      env: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]{0,200}$/, 'expected the name of a variable')
        .optional(),
    },
    'expected where the secret is: {file: …} or {env: …}, not the secret itself',
  )
  .refine(
    ({ file, env }) => (file === undefined) !== (env === undefined),
    'expected either a file or an env',
  );

/** An address, or where it is. */
const url = z.union([z.string().min(1).max(2000), secretRef], {
  error: 'expected an address, or where it is: {file: …} or {env: …}',
});

const common = {
  name,
  /** What is sent; all of it by default. */
  events: z.array(z.enum(RUN_EVENTS)).min(1).max(50).optional(),
  /** Of which clusters; of all by default. */
  clusters: z.array(name).min(1).max(1000).optional(),
  /** `off` lets words go out in the clear, and lets http: and smtp: without STARTTLS pass. */
  tls: z.enum(['required', 'off']).default('required'),
  url,
};

const address = z
  .string()
  .max(320)
  .regex(/^[^\s<>,;:"]+@[^\s<>,;:"]+$/, 'expected an address such as "mesh@example.org"');

const notifier = z
  .discriminatedUnion('kind', [
    /** JSON of our own, signed as Standard Webhooks has it. */
    z.strictObject({ ...common, kind: z.literal('webhook'), secret: secretRef }),
    /** An incoming webhook of Slack or of what understands the same JSON. */
    z.strictObject({ ...common, kind: z.literal('slack') }),
    /** CloudEvents 1.0 in structured mode; signed where there is a secret. */
    z.strictObject({
      ...common,
      kind: z.literal('cloudevents'),
      secret: secretRef.optional(),
    }),
    /** E-mail; url is smtps://host or smtp://host:587, and secret the password of user. */
    z.strictObject({
      ...common,
      kind: z.literal('smtp'),
      from: address,
      to: z.array(address).min(1).max(50),
      user: z.string().min(1).max(320).optional(),
      secret: secretRef.optional(),
    }),
  ])
  .superRefine((entry, context) => {
    for (const { message, at } of problemsOf(entry)) {
      context.addIssue({ code: 'custom', message, path: [...at] });
    }
  });

export type NotifierFile = z.output<typeof notifier>;

/** Whom runs tell what happens. */
export const notifications = z
  .array(notifier)
  .max(100)
  .superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      const first = entries.findIndex((each) => each.name === entry.name);
      if (first === index) continue;
      const message = `expected each name once, found "${entry.name}" again`;
      context.addIssue({ code: 'custom', message, path: [index, 'name'] });
    }
  });

interface WithNotifications {
  readonly clusters: Readonly<Record<string, unknown>>;
  readonly notifications: readonly NotifierFile[];
}

/** Clusters are those of the same file. */
export function checkNotifications(
  { clusters, notifications: entries }: WithNotifications,
  context: z.core.$RefinementCtx,
): void {
  const known = Object.keys(clusters).sort().join(', ') || 'none';
  for (const [index, entry] of entries.entries()) {
    for (const [at, wanted] of (entry.clusters ?? []).entries()) {
      if (Object.hasOwn(clusters, wanted)) continue;
      const message = `expected a cluster of this file (${known}), found "${wanted}"`;
      context.addIssue({
        code: 'custom',
        message,
        path: ['notifications', index, 'clusters', at],
      });
    }
  }
}

interface Problem {
  readonly message: string;
  readonly at: readonly string[];
}

function problemsOf(entry: NotifierFile): readonly Problem[] {
  const wrong = typeof entry.url === 'string' ? whyNoUrl(entry, entry.url) : undefined;
  return [
    ...(wrong === undefined ? [] : [{ message: wrong, at: ['url'] }]),
    ...(entry.kind === 'smtp' ? loginProblems(entry) : []),
  ];
}

function loginProblems({
  user,
  secret,
}: Extract<NotifierFile, { kind: 'smtp' }>): readonly Problem[] {
  if ((user === undefined) === (secret === undefined)) return [];
  const [has, lacks] = user === undefined ? ['secret', 'user'] : ['user', 'secret'];
  return [{ message: `expected ${lacks} beside ${has}: a login has both`, at: [has] }];
}

/** The address itself is not repeated: it may be a secret. */
function whyNoUrl({ kind, tls }: NotifierFile, text: string): string | undefined {
  const sample =
    kind === 'smtp' ? 'smtps://mail.example.org or smtp://mail.example.org:587' : 'https://…';
  if (!URL.canParse(text)) return `expected an address such as ${sample}`;
  const { protocol, username, password } = new URL(text);
  if (username !== '' || password !== '') {
    return 'expected no user and no password in the address: they are given as user and secret';
  }
  const fitting = kind === 'smtp' ? ['smtps:', 'smtp:'] : ['https:', 'http:'];
  if (!fitting.includes(protocol))
    return `expected an address such as ${sample}, found ${protocol}`;
  if (protocol === 'http:' && tls === 'required') {
    return 'expected https:, or tls: off beside it, found http:';
  }
  return undefined;
}
