import { expect } from '@jest/globals';
import { KubernetesError } from '../../src/clients/kubernetes-error.ts';
import type { KubernetesClient, Preconditions } from '../../src/clients/kubernetes.ts';
import { refOf, type KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { configMap, mutatingWebhook } from '../support/kubernetes-objects.ts';

export const HERE = 'contract-here';
export const THERE = 'contract-there';
export const OTHER_UID = '00000000-0000-4000-8000-000000000000';

/** Any text that is not empty. */
export const TEXT: unknown = expect.stringMatching(/./);

export const ALREADY_EXISTS = { code: 409, reason: 'AlreadyExists' };
export const CONFLICT = { code: 409, reason: 'Conflict' };
export const NOT_FOUND = { code: 404, reason: 'NotFound' };
export const INVALID = { code: 422, reason: 'Invalid' };

/** The client under test; asked for only while tests run, since a rig comes up late. */
export type Open = () => KubernetesClient;

type More = NonNullable<Parameters<typeof configMap>[2]>;

export function sample(name: string, more: More = {}): KubernetesObject {
  return configMap(name, {}, { ...more, metadata: { namespace: HERE, ...more.metadata } });
}

/** An object as it was read, and as somebody else has changed it since. */
export async function changedObject(
  kubernetes: KubernetesClient,
  name: string,
): Promise<{ readonly old: KubernetesObject; readonly current: KubernetesObject }> {
  const old = await kubernetes.create(sample(name, { data: { a: '1' } }));
  return { old, current: await kubernetes.mergePatch(refOf(old), { data: { a: '2' } }) };
}

export function preconditionsOf({ metadata }: KubernetesObject): Preconditions {
  const { uid = '', resourceVersion = '' } = metadata;
  return { uid, resourceVersion };
}

/** A configuration that the API server takes and that is never called: it has no rules. */
export function webhooksNamed(names: readonly string[]): KubernetesObject {
  return {
    ...mutatingWebhook('contract', {}),
    webhooks: names.map((name) => ({
      name,
      clientConfig: { url: 'https://127.0.0.1:1' },
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
    })),
  };
}

/** With which code and reason the server said no; throws when it did not. */
export async function refusalOf(
  request: Promise<unknown>,
): Promise<{ readonly code: number; readonly reason: string }> {
  const error: unknown = await request.then(
    (answer) => new Error(`expected a refusal, found ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof KubernetesError)) throw error;
  return { code: error.code, reason: error.reason };
}
