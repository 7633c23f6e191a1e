/** Annotation on pod templates that asks for a restart, once per run and step. */
export const RESTART_ANNOTATION = 'meshlift.dev/restart';
