import { KubernetesError } from '../../src/clients/kubernetes-error.ts';

/** What an API server answers that says no in these words. */
export function refusal(code: number, message: string): KubernetesError {
  return new KubernetesError({
    code,
    reason: '',
    message,
    causes: [],
    retryAfterSeconds: undefined,
    request: 'a request',
  });
}
