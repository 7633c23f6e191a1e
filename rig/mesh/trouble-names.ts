export const TROUBLE_NAMES = [
  'new-proxy-crashes',
  'new-istiod-not-ready',
  'slow-pods',
  'webhook-down',
] as const;
export type TroubleName = (typeof TROUBLE_NAMES)[number];

export const TROUBLES: Readonly<Record<TroubleName, string>> = {
  'new-proxy-crashes':
    'sidecars of any version but the starting one crash-loop, in pods that exist and in new ones',
  'new-istiod-not-ready': 'istiod of any version but the starting one runs but never turns ready',
  'slow-pods': 'new pods take about 15 seconds to become ready',
  'webhook-down': 'the API server cannot reach the webhooks of any istiod',
};

/** Where the rig keeps which troubles are on; the parts that make trouble watch it. */
export const TROUBLE_CONFIG_MAP = { namespace: 'rig', name: 'rig-trouble' } as const;

export function isTroubleName(name: string): name is TroubleName {
  return TROUBLE_NAMES.some((each) => each === name);
}
