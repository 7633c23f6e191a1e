import * as z from 'zod';

/** `5s`, `30m`, `2h`, `7d`, or seconds as a number. Read as seconds. */
const duration = z
  .union([z.string().regex(/^\d{1,6}(s|m|h|d)$/), z.number().int().nonnegative().max(31_536_000)], {
    error: 'expected a duration such as "30s", "10m", "2h" or "7d"',
  })
  .transform((value) => (typeof value === 'number' ? value : toSeconds(value)));

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function toSeconds(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_SECONDS[text.slice(-1)] ?? Number.NaN);
}

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a name of a-z, 0-9 and "-"');

const version = z
  .string()
  .max(40, { abort: true })
  .regex(
    /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(-[0-9a-z]+([.-][0-9a-z]+)*)?$/,
    'expected an Istio version such as "1.26.1"',
  );

const cluster = z.strictObject({
  /** File with the identity that reads, labels and restarts. */
  kubeconfig: z.string().min(1),
  /** File with the identity that applies and removes control planes; without it, the one above. */
  installerKubeconfig: z.string().min(1).optional(),
  /** Context in these files; without it, their current one. */
  context: z.string().min(1).optional(),
  meshNamespace: name.default('istio-system'),
  installer: z.literal('istioctl').default('istioctl'),
  policy: name.default('default'),
  /** Task queue of the activities that touch this cluster; without it, the workflows' own. */
  taskQueue: z.string().min(1).max(200).optional(),
});

const gate = z.strictObject({ expires: duration.default(86_400) });

const policy = z.strictObject({
  soak: z
    .strictObject({
      controlPlane: duration.default(300),
      wave: duration.default(600),
      mesh: duration.default(1800),
    })
    .prefault({}),
  healthPoll: duration.default(10),
  gates: z.strictObject({ start: gate.optional(), complete: gate.prefault({}) }).prefault({}),
  restart: z
    .strictObject({
      maxPodsInFlight: z.number().int().positive().max(1000).default(20),
      workloadDeadline: duration.default(600),
    })
    .prefault({}),
  controlPlaneDeadline: duration.default(600),
  pruneGrace: duration.default(30),
  haltExpiry: duration.default(604_800),
});

/** Schema of `meshlift.yaml`. */
export const configFile = z.strictObject({
  apiVersion: z.literal('meshlift.dev/v1alpha1'),
  temporal: z
    .strictObject({
      taskQueue: z.string().min(1).max(200).default('meshlift'),
      /** Where people open the web UI, for the links that commands print. */
      webUrl: z.url().optional(),
    })
    .prefault({}),
  clusters: z.record(name, cluster),
  installers: z
    .strictObject({
      istioctl: z
        .strictObject({
          binaries: z.record(
            version,
            z.strictObject({
              path: z.string().min(1),
              sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
            }),
          ),
        })
        .prefault({ binaries: {} }),
    })
    .prefault({}),
  policies: z.record(name, policy).default({}),
});

export type ConfigFile = z.output<typeof configFile>;
export type PolicyFile = z.output<typeof policy>;

/** The policy of a cluster that names none and of a file that defines none. */
export function defaultPolicy(): PolicyFile {
  return policy.parse({});
}
