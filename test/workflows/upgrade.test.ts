import { expect, it } from '@jest/globals';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { Finding } from '../../src/domain/finding.ts';
import { getPlan } from '../../src/workflows/messages.ts';
import { upgradeMesh } from '../../src/workflows/upgrade-mesh.ts';
import { DIGEST, failure } from '../support/scripted-activities.ts';
import { useStage } from '../support/use-stage.ts';
import { TASK_QUEUE, type Rehearsal } from '../support/workflow-stage.ts';

const { describeOnStage, stage } = await useStage('the upgrade as a workflow');

const MUTATING = /^(claimMesh|takeSnapshot|applyStep|restartWorkloads|undoStep|finishRun)/;

const BUSY: Finding = {
  code: 'MeshBusy',
  severity: 'blocking',
  subject: 'ConfigMap istio-system/meshlift-owner',
  message: 'expected a mesh that no run holds',
  remedy: 'wait',
};

/** Why a run failed, as its starter is told. */
async function failureOf(run: Rehearsal): Promise<ApplicationFailure> {
  const error: unknown = await run.result().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure) {
    return error.cause;
  }
  throw new Error(`expected a failed run, found ${String(error)}`);
}

/** Search attributes as the run set them, in order. */
async function announced(run: Rehearsal): Promise<readonly Record<string, unknown>[]> {
  const { events } = await run.handle.fetchHistory();
  return (events ?? []).flatMap((event) => {
    const fields =
      event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
    if (fields === undefined || fields === null) return [];
    // Of Temporal's own is which changes of the code a run knows.
    const own = Object.entries(fields).filter(([name]) => name !== 'TemporalChangeVersion');
    if (own.length === 0) return [];
    const values = own.map(([name, payload]) => [
      name,
      defaultPayloadConverter.fromPayload<unknown>(payload),
    ]);
    return [Object.fromEntries(values) as Record<string, unknown>];
  });
}

describeOnStage('an upgrade that goes well', () => {
  it('does everything in the order of its life and reports it', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{ reason: 'dashboards are green' }] });

    const report = await run.result();

    expect(run.script.calls).toEqual([
      'resolveRequest',
      'identifyCluster',
      'planUpgrade',
      'claimMesh',
      'takeSnapshot snapshot',
      'applyStep crds',
      'applyStep control-plane',
      'verifyControlPlane verify-control-plane',
      'watchHealth',
      'checkHealth',
      ...['wave-1', 'wave-2', 'wave-3'].flatMap((wave) => [
        `applyStep ${wave}`,
        `restartWorkloads ${wave}`,
        `takeWaveCensus ${wave}`,
        'watchHealth',
        'checkHealth',
      ]),
      'watchHealth',
      'checkHealth',
      'keepEvidence',
      'applyStep default',
      'applyStep owner-labels',
      'takeUsageCensus',
      'takeUsageCensus',
      'applyStep remove-control-plane',
      'verifyMesh verify-mesh',
      'finishRun',
    ]);
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      cluster: run.cluster,
      target: '1.26.1',
      workflowId: `mesh/${run.cluster}`,
      planDigest: DIGEST,
      from: '1-25-1',
      to: '1-26-1',
      remaining: [],
      messages: [
        {
          message: 'approve',
          effect: 'accepted',
          detail: 'gate complete approved: dashboards are green',
        },
      ],
    });
    expect(new Set(report.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(report.waves.map(({ id }) => id)).toEqual(['wave-1', 'wave-2', 'wave-3']);
  });

  it('names the workloads that are not on the target', async () => {
    const gone = 'Deployment shop/cart: it was deleted meanwhile';
    const run = await stage().begin({
      but: {
        takeWaveCensus: async ({ step }) => ({
          ...{ id: step, namespaces: ['shop'], workloads: 2, onTarget: 2, pods: 1 },
          ...(step === 'wave-2' ? { onTarget: 1, exceptions: [gone] } : {}),
        }),
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    const { exceptions, steps } = await run.result();

    expect(exceptions).toEqual([gone]);
    expect(steps.find(({ id }) => id === 'wave-2')?.detail).toBe(
      '1 of 2 workloads, 1 pod on the target',
    );
  });

  it('says where it is in search attributes, and whether it waits for a decision', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.result();

    const all = await announced(run);

    expect(all[0]).toEqual({ MeshCluster: run.cluster, MeshTarget: '1.26.1' });
    expect(
      all.slice(1).map(({ MeshPhase, MeshAwaitingApproval }) => [MeshPhase, MeshAwaitingApproval]),
    ).toEqual([
      ['Planning', false],
      ['Preparing', false],
      ['InstallingControlPlane', false],
      ...[1, 2, 3].flatMap(() => [
        ['Soaking', false],
        ['MovingWorkloads', false],
      ]),
      ['Soaking', false],
      ['AwaitingCompletion', true],
      ['Completing', false],
      ['RemovingOldRevision', false],
      ['Verifying', false],
      ['Ended', false],
    ]);
  });

  it('answers queries at its gate, and after its end', async () => {
    const run = await stage().begin();

    const progress = await run.reach('AwaitingCompletion');
    const plan = await run.handle.query(getPlan);

    expect(progress).toMatchObject({
      apiVersion: 'meshlift.dev/v1alpha1',
      cluster: run.cluster,
      target: '1.26.1',
      phase: 'AwaitingCompletion',
      planDigest: DIGEST,
      openGate: { name: 'complete' },
      canRollBack: true,
    });
    const { openedAt = '', until = '' } = progress.openGate ?? {};
    expect(Date.parse(until) - Date.parse(openedAt)).toBe(3_600_000);
    expect(progress.waitingFor).toBe(`a decision on gate complete until ${until}`);
    expect(progress.steps.find(({ id }) => id === 'gate-complete')?.state).toBe('begun');
    expect(plan).toMatchObject({ digest: DIGEST, cluster: { name: run.cluster } });
    expect(await run.report()).toMatchObject({ outcome: 'Running', planDigest: DIGEST });

    await run.handle.executeUpdate('approve', { args: [{}] });
    const report = await run.result();
    expect(await run.report()).toMatchObject({ outcome: 'Succeeded', steps: report.steps });
    expect(await run.progress()).toMatchObject({ phase: 'Ended', canRollBack: false });
  });

  it("calls a cluster's activities on the cluster's own queue", async () => {
    await stage().serve('eu');
    const run = await stage().begin({ clusterTaskQueue: 'eu' });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });
    await run.result();

    const { events } = await run.handle.fetchHistory();
    const queues = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: at }) =>
      at ? [`${at.activityType?.name}@${at.taskQueue?.name}`] : [],
    );

    expect(queues[0]).toBe(`resolveRequest@${TASK_QUEUE}`);
    expect(queues.slice(1).filter((each) => !each.endsWith('@eu'))).toEqual([]);
  });
});

describeOnStage('a run that may not begin', () => {
  it('is Blocked with its findings and has touched nothing', async () => {
    const run = await stage().begin({
      but: { planUpgrade: async () => ({ kind: 'blocked', findings: [BUSY] }) },
    });

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Blocked', findings: [BUSY], steps: [] });
    expect(run.script.calls.filter((call) => MUTATING.test(call))).toEqual([]);
  });

  it('is Succeeded without steps when there is nothing to do', async () => {
    const run = await stage().begin({
      but: { planUpgrade: async () => ({ kind: 'nothing-to-do', findings: [] }) },
    });

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded', steps: [], waves: [], remaining: [] });
    expect(run.script.calls).toEqual(['resolveRequest', 'identifyCluster', 'planUpgrade']);
  });

  it('is Blocked when the mesh was taken between the plan and the claim, and gives no lock back', async () => {
    const run = await stage().begin({
      but: { claimMesh: async () => ({ kind: 'blocked', findings: [BUSY] }) },
    });

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Blocked', findings: [BUSY] });
    expect(run.script.calls.slice(-1)).toEqual(['claimMesh']);
  });

  it('is Blocked when the plan is not the one that was named', async () => {
    const expected = `sha256:${'e'.repeat(64)}`;
    const right = await stage().begin({ request: { planDigest: DIGEST } });
    await right.reach('AwaitingCompletion');
    await right.handle.executeUpdate('reject', { args: [{}] });
    expect((await right.result()).outcome).toBe('RolledBack');

    const run = await stage().begin({ request: { planDigest: expected } });
    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Blocked', findings: [{ code: 'PlanChanged' }] });
    expect(run.script.calls.filter((call) => MUTATING.test(call))).toEqual([]);
  });

  it.each([
    ['a text', 'demo'],
    ['nothing', null],
    ['a list', [1]],
    ['an unknown member', { cluster: 'demo', target: '1.26.1', force: true }],
    ['a malformed version', { cluster: 'demo', target: 'latest' }],
  ])('fails at once with type InvalidRequest on %s', async (_what, input) => {
    const run = await stage().begin({ input });

    expect(await failureOf(run)).toMatchObject({ type: 'InvalidRequest', nonRetryable: true });
    expect(run.script.calls).toEqual(['resolveRequest']);
  });

  it('fails with the known clusters when its own is not among them', async () => {
    const run = await stage().begin({ input: { cluster: 'elsewhere', target: '1.26.1' } });

    const error = await failureOf(run);

    expect(error.type).toBe('InvalidRequest');
    expect(error.message).toContain(
      `unknown cluster "elsewhere"; /etc/meshlift.yaml has ${run.cluster}`,
    );
  });

  it('fails with the id to use when it was started under another one', async () => {
    const run = await stage().begin({ workflowId: 'my-upgrade' });

    const error = await failureOf(run);

    expect(error.type).toBe('InvalidRequest');
    expect(error.message).toContain(`expected the workflow id mesh/${run.cluster}`);
  });

  it('fails with the type of what stood in its way before the claim', async () => {
    const run = await stage().begin({
      but: {
        planUpgrade: async () => {
          throw failure('Forbidden', 'may not list pods');
        },
      },
    });

    expect(await failureOf(run)).toMatchObject({ type: 'Forbidden', message: 'may not list pods' });
  });

  it('fails when the cluster stays away for ten minutes', async () => {
    const run = await stage().begin({
      but: {
        identifyCluster: async () => {
          throw failure('Transient', 'no answer');
        },
      },
    });

    expect(await failureOf(run)).toMatchObject({ type: 'Transient', message: 'no answer' });
  });
});

describeOnStage('a mesh', () => {
  it('that changed between the plan and the claim is planned again', async () => {
    let claims = 0;
    const run = await stage().begin({
      but: {
        claimMesh: async () => {
          claims += 1;
          return { kind: claims < 3 ? 'changed' : 'claimed' };
        },
      },
    });
    await run.reach('AwaitingCompletion');
    await run.handle.executeUpdate('approve', { args: [{}] });

    const report = await run.result();

    expect(report.outcome).toBe('Succeeded');
    expect(run.script.calls.slice(0, 9)).toEqual([
      'resolveRequest',
      'identifyCluster',
      ...['planUpgrade', 'claimMesh', 'planUpgrade', 'claimMesh', 'planUpgrade', 'claimMesh'],
      'takeSnapshot snapshot',
    ]);
  });

  it('has one run at a time: its id is the lock', async () => {
    const run = await stage().begin();
    await run.reach('AwaitingCompletion');

    const second = stage().env.client.workflow.start(upgradeMesh, {
      args: [{ cluster: run.cluster, target: '1.26.1' }],
      workflowId: run.handle.workflowId,
      taskQueue: TASK_QUEUE,
    });

    await expect(second).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
    await run.handle.executeUpdate('reject', { args: [{}] });
    expect((await run.result()).outcome).toBe('RolledBack');
  });
});

describeOnStage('a soak of no time', () => {
  it('is one look: nobody watches what is over', async () => {
    const soakSeconds = { controlPlane: 0, wave: 0, mesh: 0 };
    const watched = async (run: Rehearsal): Promise<readonly string[]> => {
      await run.reach('AwaitingCompletion');
      await run.handle.executeUpdate('reject', { args: [{}] });
      await run.result();
      return run.script.calls.filter((call) => call.startsWith('watchHealth'));
    };
    expect(await watched(await stage().begin())).not.toEqual([]);
    const run = await stage().begin({ policy: { soakSeconds } });

    expect(await watched(run)).toEqual([]);
    expect(run.script.calls.filter((call) => call.startsWith('checkHealth'))).not.toEqual([]);
  });
});
