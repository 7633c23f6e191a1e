/** How many minors a canary may go up at once: https://istio.io/latest/docs/setup/upgrade/canary/. */
export const MAX_CANARY_MINORS = 2;

/** How many minors an upgrade in place may go up at once: https://istio.io/latest/docs/setup/upgrade/in-place/. */
export const MAX_IN_PLACE_MINORS = 1;
