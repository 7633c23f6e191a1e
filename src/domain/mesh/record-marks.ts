/** Annotation on pod templates that asks for a restart, once per run and step. */
export const RESTART_ANNOTATION = 'meshlift.dev/restart';
/** Annotation by which a pod that nobody owns may (`true`) or may not be deleted and made again. */
export const RECREATE_ANNOTATION = 'meshlift.dev/recreate';
