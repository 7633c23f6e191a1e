import { BACKOFF, pause, pauseAfter } from '../../clients/backoff.ts';
import { CommandError } from '../../clients/command-error.ts';
import type { CommandResult } from '../../clients/command-runner.ts';
import type { KubernetesObject } from '../../domain/kubernetes-object.ts';
import type { RenderTagRequest } from '../installer.ts';
import { runIstioctl, withPrivateDirectory, type IstioctlTools } from './istioctl.ts';
import { ManifestError, parseManifest } from './manifest.ts';

/** It also reads the whole cluster to look for conflicting webhooks. */
const TAG_TIMEOUT_MS = 120_000;
/**
 * It asks the API server for a handful of things, repeats none of these requests by itself, and exits
 * alike for trouble that passes and for trouble that stays. No try begins later than this.
 */
const LATEST_TRY_MS = 60_000;

/** Field manager under which `istioctl tag set` applies (seen with 1.25.1 and 1.26.1). */
export const TAG_FIELD_MANAGER = 'istio-ci';

/** Arguments of `istioctl tag generate`. */
export function tagArguments(request: RenderTagRequest): string[] {
  return [
    'tag',
    'generate',
    request.tag,
    '--revision',
    request.revision,
    '--overwrite',
    '--istioNamespace',
    request.meshNamespace,
    '--kubeconfig',
    request.kubeconfig,
  ];
}

/** The webhooks, and from 1.28 on the Service, of a tag; the revision's own webhook must be there. */
export async function renderTag(
  tools: IstioctlTools,
  request: RenderTagRequest,
  signal: AbortSignal,
): Promise<readonly KubernetesObject[]> {
  const { stdout } = await withPatience(() => generateTag(tools, request, signal), signal);
  const objects = parseManifest(stdout).map(withoutCreationTime);
  const hasWebhook = objects.some(({ kind }) => kind === 'MutatingWebhookConfiguration');
  if (!hasWebhook) {
    throw new ManifestError(
      `istioctl tag generate ${request.tag} was expected to write a MutatingWebhookConfiguration and wrote ${objects.map(({ kind }) => kind).join(', ') || 'nothing'}`,
    );
  }
  return objects;
}

async function generateTag(
  tools: IstioctlTools,
  request: RenderTagRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  return withPrivateDirectory(async (directory) =>
    runIstioctl(
      tools,
      {
        version: request.version,
        args: tagArguments(request),
        kubeconfig: request.kubeconfig,
        timeoutMs: TAG_TIMEOUT_MS,
        directory,
      },
      signal,
    ),
  );
}

/** Repeats a command that only reads while it says no. */
async function withPatience(
  run: () => Promise<CommandResult>,
  signal: AbortSignal,
): Promise<CommandResult> {
  const begun = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof CommandError) || error.failure !== 'exit-code') throw error;
      const pauseMs = pauseAfter(tries, error, BACKOFF);
      if (performance.now() - begun + pauseMs > LATEST_TRY_MS) throw error;
      await pause(pauseMs, signal);
    }
  }
}

/** Go writes the empty time as `null`; nobody means to own that field. */
function withoutCreationTime(object: KubernetesObject): KubernetesObject {
  const { creationTimestamp, ...metadata } = object.metadata;
  return creationTimestamp === undefined ? object : { ...object, metadata };
}
