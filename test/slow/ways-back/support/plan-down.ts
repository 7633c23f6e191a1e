import { readJson, runMeshlift, type Ran } from '../../../cli/support/run-meshlift.ts';
import type { Bench } from '../../../e2e/support/bench.ts';

export interface FindingView {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

/** What `meshlift plan` says of going down to that version. */
export async function planDown({ env }: Bench, lower: string): Promise<Ran> {
  const options = ['--target', lower, '--type', 'downgradeMesh', '--output', 'json'];
  return runMeshlift(['plan', 'demo', ...options], { env });
}

/** What makes a plan impossible, in words, so that a test that fails says what it was. */
export function stoppingIn(planned: Ran): readonly string[] {
  const { findings = [] } = readJson(planned) as { findings?: readonly FindingView[] };
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, severity, subject, message }) => `${code} ${severity} ${subject}: ${message}`);
}

export function blockingIn(planned: Ran): readonly FindingView[] {
  const { findings } = readJson(planned) as { findings: readonly FindingView[] };
  return findings.filter(({ severity }) => severity === 'blocking');
}
