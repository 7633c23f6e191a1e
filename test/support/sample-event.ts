import type { RunEvent } from '../../src/domain/run-event.ts';

/** A gate of an upgrade that has opened. */
export function sampleEvent(but: Partial<RunEvent> = {}): RunEvent {
  return {
    kind: 'gate-opened',
    id: '0198f3a2-5b7c-7d11-9a35-6f1f0c1e2d3b-1',
    at: '2026-11-03T21:04:05.678Z',
    cluster: 'prod-eu',
    target: '1.26.1',
    workflowType: 'upgradeMesh',
    workflowId: 'mesh/prod-eu',
    runId: '0198f3a2-5b7c-7d11-9a35-6f1f0c1e2d3b',
    planDigest: `sha256:${'a'.repeat(64)}`,
    title: 'prod-eu: gate complete waits for a decision',
    text: 'the upgrade to 1.26.1 waits at gate complete until 2026-11-04T21:04:05.678Z.',
    gate: 'complete',
    until: '2026-11-04T21:04:05.678Z',
    ...but,
  };
}
