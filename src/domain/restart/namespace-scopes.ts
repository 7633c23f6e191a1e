/**
 * With more namespaces than this, one watch of the whole cluster costs less than one for each: watches
 * are renewed twice a minute for each kind, while a list of the whole cluster takes a page more for
 * every 500 objects.
 */
const MOST_ONE_BY_ONE = 5;

/** Where objects of these namespaces are listed or watched: in each of them, or, `{}`, in all of the cluster. */
export function namespaceScopes(
  namespaces: readonly string[],
): readonly { readonly namespace?: string }[] {
  return namespaces.length <= MOST_ONE_BY_ONE
    ? namespaces.map((namespace) => ({ namespace }))
    : [{}];
}
