import { KubernetesError } from '../../clients/kubernetes-error.ts';
import { ActivityError } from '../errors.ts';

/**
 * What stands against a change of this one workload, in the server's words: an admission policy, a
 * quota, an object that it finds invalid, two budgets for one pod, or what somebody else changed.
 * `undefined` for what is not about it: trouble of the server's, a right that is missing everywhere.
 */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof ActivityError) {
    return error.type === 'ForeignChange' ? error.message : undefined;
  }
  const isRefusal = error instanceof KubernetesError && isAboutObject(error);
  return isRefusal ? error.message : undefined;
}

function isAboutObject({ code, message }: KubernetesError): boolean {
  switch (code) {
    // Somebody writes at the same time (409), or too many do (429): that passes.
    case 401:
    case 409:
    case 429:
      return false;
    case 403:
      return !OF_AUTHORIZER.test(message);
    case 500:
      return message.includes(TWO_BUDGETS);
    default:
      return code >= 400 && code < 500;
  }
}

/** How an API server words a right that is missing; admission refuses with the same code and reason. */
const OF_AUTHORIZER = /User ".*" cannot \w+ (?:resource|path)/;

/** The API server's words for a pod that it will never evict, whatever the budgets let go. */
const TWO_BUDGETS = 'more than one PodDisruptionBudget';
