import type { RuleCase } from '../rule-case.ts';
import { CAPACITY_CASES } from './capacity-cases.ts';
import { CONTROL_PLANE_CASES } from './control-plane-cases.ts';
import { INJECTION_CASES } from './injection-cases.ts';
import { MOVABLE_CASES } from './movable-cases.ts';
import { NAMESPACE_CASES } from './namespace-cases.ts';
import { POD_LABEL_CASES } from './pod-label-cases.ts';
import { RESOURCE_CASES } from './resource-cases.ts';
import { UNKNOWN_CASES } from './unknown-cases.ts';
import { VERSION_CASES } from './version-cases.ts';
import { WEBHOOK_CASES } from './webhook-cases.ts';
import { WORKLOAD_CASES } from './workload-cases.ts';

export const ALL_CASES: readonly RuleCase[] = [
  ...CAPACITY_CASES,
  ...CONTROL_PLANE_CASES,
  ...INJECTION_CASES,
  ...MOVABLE_CASES,
  ...NAMESPACE_CASES,
  ...POD_LABEL_CASES,
  ...RESOURCE_CASES,
  ...UNKNOWN_CASES,
  ...VERSION_CASES,
  ...WEBHOOK_CASES,
  ...WORKLOAD_CASES,
];
