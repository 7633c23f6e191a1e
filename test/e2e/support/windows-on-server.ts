import { describe, expect, it } from '@jest/globals';
import { digestEvidence, keepEvidence } from '../../../src/activities/approval/keep-evidence.ts';
import { createInstaller } from '../../../src/activities/mesh-services.ts';
import { openRunRecord } from '../../../src/activities/record/run-record.ts';
import { adviseMaintenance } from '../../../src/activities/schedules/advise-maintenance.ts';
import type { GateEvidence } from '../../../src/domain/approval/evidence.ts';
import type { StandingPolicy } from '../../../src/domain/standing-policy/maintenance-request.ts';
import { readJson } from '../../cli/support/run-meshlift.ts';
import { MESH, TEST_TIMEOUT_MS, type Desk } from './timed-desk.ts';

/** Windows as commands, plans and schedules see them on a real API server. */
export function describeWindows(desk: Desk): void {
  describe('windows on a real API server', () => {
    it(
      'are shown with what needs them and when they open, by the clock of the cluster',
      async () => {
        const ran = await desk.meshlift('windows', 'timed');

        const { windows } = readJson(ran) as {
          readonly windows: readonly {
            readonly name: string;
            readonly phases: readonly string[];
            readonly openings: readonly { readonly opensAt: string; readonly closesAt: string }[];
          }[];
        };
        expect(windows.map(({ name, phases }) => [name, phases])).toEqual([
          ['always', ['dataPlane']],
          ['rare', ['controlPlane']],
        ]);
        const [today] = windows[0]?.openings ?? [];
        expect(Date.parse(today?.opensAt ?? '')).toBeLessThanOrEqual(Date.now());
        expect(Date.parse(today?.closesAt ?? '')).toBeGreaterThan(Date.now());
      },
      TEST_TIMEOUT_MS,
    );

    it(
      'stand in a plan, with the freezes that hold, and change nothing about its digest',
      async () => {
        const plan = ['plan', 'timed', '--target', '1.26.1'];
        const before = await desk.meshlift(...plan);
        await desk.add('incident-12', '--reason', 'incident 12');
        const frozen = await desk.meshlift(...plan);
        const page = await desk.print(...plan);

        const [open, closed] = [before, frozen].map(
          (ran) => readJson(ran) as unknown as PlannedTimes,
        );
        expect(open?.kind).toBe('plan');
        expect(open?.times.freezes).toEqual([]);
        expect(phaseOf(open, 'controlPlane')).toMatchObject({
          windows: [{ name: 'rare' }],
          now: { kind: 'closed' },
        });
        expect(phaseOf(open, 'dataPlane')).toMatchObject({ now: { kind: 'open' } });
        expect(closed?.times.freezes).toMatchObject([{ name: 'incident-12', by: 'ana' }]);
        expect(phaseOf(closed, 'dataPlane')).toMatchObject({ now: { kind: 'closed' } });
        expect(closed?.digest).toBe(open?.digest);
        expect(page.stdout).toContain('freeze "incident-12" by ana holds until');
      },
      TEST_TIMEOUT_MS,
    );

    it(
      'are asked before a schedule acts: open, frozen, out of reach, and gone',
      async () => {
        expect(await desk.opening()).toMatchObject({ kind: 'open' });
        expect(await desk.opening('timed', 'rare')).toMatchObject({ kind: 'closed' });
        await desk.add('incident-12');
        const frozen = await desk.opening();
        const unknown = await desk.opening('elsewhere');

        expect(frozen).toMatchObject({ kind: 'closed' });
        expect(JSON.stringify(frozen)).toContain('incident-12');
        expect(unknown).toMatchObject({ kind: 'closed' });
        expect(JSON.stringify(unknown)).toMatch(/cannot be read: .*403.*Grant the right/);
        await expect(desk.opening('timed', 'gone')).rejects.toThrow('unknown window "gone"');
      },
      TEST_TIMEOUT_MS,
    );

    it.each<[StandingPolicy, object]>([
      [{ kind: 'resume' }, { kind: 'nothing', because: expect.stringContaining('no run is open') }],
      [
        { kind: 'fresh-data-plane' },
        { kind: 'nothing', because: expect.stringContaining('as new as it') },
      ],
      [
        { kind: 'patch', withinDays: 7 },
        { kind: 'nothing', because: expect.stringContaining('1.25.1 is the newest patch of 1.25') },
      ],
    ])(
      'bring what the standing policy %j asks for',
      async (policy, advice) => {
        const config = desk.config();
        const installer = createInstaller(config);

        expect(
          await adviseMaintenance({ config, installer }, { cluster: 'timed', policy }),
        ).toEqual(advice);
      },
      TEST_TIMEOUT_MS,
    );
  });
}

/** What is kept of a gate on a real API server. */
export function describeEvidence(desk: Desk): void {
  describe('evidence of a gate on a real API server', () => {
    it(
      'is kept under its digest, once, and can be read again by whoever decides',
      async () => {
        const run = { runId: 'evidence', meshNamespace: MESH } as const;
        const ref = { ...run, workflowId: 'mesh/timed', cluster: 'timed', clusterUid: 'any' };
        const record = openRunRecord(desk.worker(), MESH, run.runId);
        const evidence = evidenceOf('2026-11-22T08:00:00.000Z');
        const later = evidenceOf('2026-11-22T09:00:00.000Z');

        const kept = await keepEvidence(record, ref, evidence);
        const again = await keepEvidence(record, ref, evidence);
        const other = await keepEvidence(record, ref, later);

        const part = (digest: string): string => `evidence-complete-${digest.slice(7, 19)}`;
        expect(kept.digest).toBe(digestEvidence(evidence));
        expect(kept.keptIn).toBe(`ConfigMap ${MESH}/meshlift-run-evidence-${part(kept.digest)}`);
        expect(again).toEqual(kept);
        expect(other.keptIn).not.toBe(kept.keptIn);
        expect(await record.get(part(kept.digest))).toEqual(evidence);
        expect(await record.get(part(other.digest))).toEqual(later);
      },
      TEST_TIMEOUT_MS,
    );
  });
}

interface PlannedTimes {
  readonly kind: string;
  readonly digest: string;
  readonly times: {
    readonly phases: readonly { readonly phase: string }[];
    readonly freezes: readonly object[];
  };
}

function phaseOf(planned: PlannedTimes | undefined, name: string): object | undefined {
  return planned?.times.phases.find(({ phase }) => phase === name);
}

function evidenceOf(gatheredAt: string): GateEvidence {
  return {
    about: 'complete',
    gate: 'complete',
    gatheredAt,
    planDigest: 'sha256:any',
    findings: [],
    soaks: [],
    waves: [],
    exceptions: [],
    afterwards: ['Remove revision 1-25-1'],
  };
}
