/** How a run stands, told by the Temporal server: the product's own report is not asked. */
export interface RunDescription {
  /** The outcome that the run returned; without one the state of the workflow, such as `Failed`. */
  readonly outcome: string;
  readonly cause?: string;
  readonly historyEvents: number;
  readonly historyBytes: number;
}

interface Described {
  readonly workflowExecutionInfo?: {
    readonly status?: string;
    readonly historyLength?: string;
    readonly historySizeBytes?: string;
  };
  readonly result?: { readonly outcome?: unknown; readonly cause?: unknown } | null;
}

const STATUS = 'WORKFLOW_EXECUTION_STATUS_';

/** Reads what `temporal workflow describe --output json` prints. */
export function parseRunDescription(value: unknown): RunDescription {
  const { workflowExecutionInfo: info, result } = (value ?? {}) as Described;
  const { outcome, cause } = result ?? {};
  return {
    outcome: typeof outcome === 'string' ? outcome : titled(info?.status),
    ...(typeof cause === 'string' ? { cause } : {}),
    historyEvents: Number(info?.historyLength ?? 0),
    historyBytes: Number(info?.historySizeBytes ?? 0),
  };
}

/** `WORKFLOW_EXECUTION_STATUS_TIMED_OUT` becomes `TimedOut`. */
function titled(status = 'UNKNOWN'): string {
  return status
    .replace(STATUS, '')
    .toLowerCase()
    .replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
