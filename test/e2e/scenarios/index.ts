import { CONTROL_PLANE_SCENARIOS } from './control-planes.ts';
import { CUSTOM_RESOURCE_SCENARIOS } from './custom-resources.ts';
import { INSTALLATION_SCENARIOS } from './installation.ts';
import { NAMESPACE_SCENARIOS } from './namespaces.ts';
import { POD_LABEL_SCENARIOS } from './pod-labels.ts';
import { QUESTION_SCENARIOS } from './questions.ts';
import { REFRESH_SCENARIOS } from './refresh.ts';
import { ROLLBACK_SCENARIOS } from './rollback.ts';
import type { Scenario } from './scenario.ts';
import { WEBHOOK_SCENARIOS } from './webhooks.ts';
import { WORKLOAD_SCENARIOS } from './workloads.ts';

/** Every scenario; one more is one more entry in a list of its theme. */
export const SCENARIOS: readonly Scenario[] = [
  ...QUESTION_SCENARIOS,
  ...NAMESPACE_SCENARIOS,
  ...WORKLOAD_SCENARIOS,
  ...POD_LABEL_SCENARIOS,
  ...CONTROL_PLANE_SCENARIOS,
  ...WEBHOOK_SCENARIOS,
  ...CUSTOM_RESOURCE_SCENARIOS,
  ...INSTALLATION_SCENARIOS,
  ...REFRESH_SCENARIOS,
  ...ROLLBACK_SCENARIOS,
];
