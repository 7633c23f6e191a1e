import * as z from 'zod';
import { approvals, approvers, checkGates, gates } from './approvals/schema.ts';
import { artefactBlock, artefactSource } from './artefacts/schema.ts';
import { CONNECTION_POLICIES, ON_BREACH, RESTART_POLICIES } from '../domain/policy.ts';
import { checkNotifications, notifications } from './notifications/schema.ts';
import { duration, name } from './values/schema.ts';
import { checkWindows, freezes, policyWindows, windows } from './windows/schema.ts';

const version = z
  .string()
  .max(40, { abort: true })
  .regex(
    /^(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})\.(0|[1-9]\d{0,3})(-[0-9a-z]+([.-][0-9a-z]+)*)?$/,
    'expected an Istio version such as "1.26.1"',
  );

/** Where workloads that were injected by hand come from. Relative paths are relative to the file. */
const manualInjection = z.strictObject({
  /** A file or a folder of YAML or JSON with the original manifests, without proxies. */
  manifests: z.string().min(1),
  /** The namespace of manifests that name none; without it these are not used. */
  namespace: name.optional(),
  /** Used in place of what the revision's own injector has; values of each revision stay its own. */
  injectConfigFile: z.string().min(1).optional(),
  meshConfigFile: z.string().min(1).optional(),
  valuesFile: z.string().min(1).optional(),
});

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
  manualInjection: manualInjection.optional(),
});

const waves = z.strictObject({
  /** Namespaces that move last. */
  critical: z.array(name).max(1000).default([]),
  /** Workloads, as `Deployment shop/cart`, that are restarted and watched before the others are. */
  first: z
    .array(
      z
        .string()
        .regex(
          /^[A-Z][A-Za-z]{0,62} [a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252}$/,
          'expected a workload as plans name it, such as "Deployment shop/cart"',
        ),
    )
    .min(1)
    .max(1000)
    .optional(),
  /** Shares of the namespaces that move by their own label, such as [10, 50, 100]. */
  percentages: z
    .array(z.number().int().min(1).max(100))
    .min(1)
    .max(100)
    .refine(isRisingToAll, 'expected rising numbers that end with 100, such as [10, 50, 100]')
    .optional(),
  maxWorkloadsPerWave: z.number().int().positive().max(100_000).optional(),
});

function isRisingToAll(percentages: readonly number[]): boolean {
  return (
    percentages.at(-1) === 100 &&
    percentages.every((each, index) => index === 0 || each > (percentages[index - 1] ?? 0))
  );
}

const policy = z.strictObject({
  soak: z
    .strictObject({
      controlPlane: duration.default(300),
      wave: duration.default(600),
      mesh: duration.default(1800),
    })
    .prefault({}),
  healthPoll: duration.default(10),
  approvals: approvals.optional(),
  gates: gates.prefault({}),
  windows: policyWindows.optional(),
  waves: waves.prefault({}),
  restart: z
    .strictObject({
      /** What of a pod template is changed so that its controller replaces the pods; an annotation. */
      method: z.enum(RESTART_POLICIES).optional(),
      maxPodsInFlight: z.number().int().positive().max(1000).default(20),
      maxFailures: z
        .union([
          z.number().int().nonnegative(),
          z.string().regex(/^(100|[1-9]?\d)%$/, 'expected a number or a part such as "5%"'),
        ])
        .optional(),
      onBreach: z.enum(ON_BREACH).optional(),
      maxPodsPerSecond: z.number().positive().max(1000).optional(),
      workloadDeadline: duration.default(600),
      /** Whether pods that nobody owns are deleted and made again; each may say otherwise itself. */
      recreateBarePods: z.boolean().optional(),
    })
    .prefault({}),
  census: z
    .strictObject({
      /** Whether every moved proxy has to be connected to the new istiod and synced. */
      connections: z.enum(CONNECTION_POLICIES).default('when-known'),
      wait: duration.default(60),
    })
    .prefault({}),
  controlPlaneDeadline: duration.default(600),
  pruneGrace: duration.default(30),
  haltExpiry: duration.default(604_800),
});

const minor = z
  .string()
  .regex(/^[1-9]\d?\.(0|[1-9]\d{0,2})$/, 'expected a minor of Istio such as "1.32"');

/** A text: as a number 1.30 would be 1.3. */
const kubernetesMinor = z
  .string('expected a Kubernetes minor in quotes, such as "1.33"')
  .regex(/^1\.(0|[1-9]\d{0,2})$/, 'expected a Kubernetes minor such as "1.33"')
  .transform((text) => Number(text.slice(2)));

const day = z.iso.date('expected a day such as 2026-11-03');

/** Facts about one minor of Istio; a row here replaces the whole row that meshlift knows. */
const versionRow = z.strictObject({
  released: day.optional(),
  /** The last day of support. */
  supportEnds: day.optional(),
  /** By the Istio version from which on it holds. */
  minimumKubernetes: z.record(version, kubernetesMinor).default({}),
  testedKubernetes: kubernetesMinor.optional(),
  withdrawn: z
    .array(z.strictObject({ version, why: z.string().min(1).max(500) }))
    .max(100)
    .default([]),
  /** Where the facts come from; without it, this file. */
  source: z.string().min(1).max(500).optional(),
  /** The day on which they were read. */
  asOf: day.optional(),
});

/** By minor; a row speaks of versions of its own minor only. */
const versions = z.record(minor, versionRow).superRefine((rows, context) => {
  for (const [name, { minimumKubernetes, withdrawn }] of Object.entries(rows)) {
    const refuse = (found: string, ...at: readonly (string | number)[]): void => {
      if (found.startsWith(`${name}.`)) return;
      const message = `expected a version of ${name} such as "${name}.0", found "${found}"`;
      context.addIssue({ code: 'custom', path: [name, ...at], message });
    };
    for (const since of Object.keys(minimumKubernetes)) refuse(since, 'minimumKubernetes', since);
    for (const [index, each] of withdrawn.entries()) refuse(each.version, 'withdrawn', index);
  }
});

const sections = z.strictObject({
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
          binaries: z
            .record(
              version,
              z.strictObject({
                path: z.string().min(1),
                sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
              }),
            )
            .default({}),
          /** Where the binaries of other versions come from; the first that has a version supplies it. */
          sources: z.array(artefactSource).max(20).default([]),
          /** Where they are kept; without it `meshlift/artefacts` in the user's cache folder. */
          cache: z.string().min(1).optional(),
          /** Versions that are never installed, and files that are never used. */
          blocked: z.array(artefactBlock).max(1000).default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  policies: z.record(name, policy).default({}),
  versions: versions.default({}),
  approvers: approvers.default({}),
  notifications: notifications.default([]),
  windows: windows.default({}),
  freezes: freezes.max(1000).default([]),
});

/** Schema of `meshlift.yaml`. */
export const configFile = sections
  .superRefine(checkGates)
  .superRefine(checkWindows)
  .superRefine(checkNotifications);

export type ConfigFile = z.output<typeof configFile>;
export type ManualInjectionFile = z.output<typeof manualInjection>;
export type PolicyFile = z.output<typeof policy>;
export type VersionRowFile = z.output<typeof versionRow>;

/** The policy of a cluster that names none and of a file that defines none. */
export function defaultPolicy(): PolicyFile {
  return policy.parse({});
}
