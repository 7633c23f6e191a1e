/** Controllers of other projects that the rig can run beside its mesh. */
export const CONTROLLER_NAMES = ['argo-rollouts', 'flagger'] as const;
export type ControllerName = (typeof CONTROLLER_NAMES)[number];

export function isControllerName(name: string): name is ControllerName {
  return CONTROLLER_NAMES.some((each) => each === name);
}
