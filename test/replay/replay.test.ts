import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { WorkflowBundle } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readHistory, replay, type HistoryJson } from '../support/replay-history.ts';
import { bundleWorkflows, quietRuntime } from '../support/workflow-stage.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/histories', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''));

jest.setTimeout(60_000);
let bundle: WorkflowBundle;
beforeAll(async () => {
  quietRuntime();
  bundle = await bundleWorkflows();
});

/** The history with every text replaced, wherever it stands. */
function rewritten(history: HistoryJson, from: string, to: string): HistoryJson {
  const text = JSON.stringify(history);
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to)) as HistoryJson;
}

function coreFlagsOf({ events }: HistoryJson): unknown {
  const completed = events.find((event) => 'workflowTaskCompletedEventAttributes' in event);
  const attributes = completed?.['workflowTaskCompletedEventAttributes'] as
    { readonly sdkMetadata?: { readonly coreUsedFlags?: readonly number[] } } | undefined;
  return attributes?.sdkMetadata?.coreUsedFlags;
}

describe('recorded runs', () => {
  it('are of every way in which a run can go', () => {
    expect(NAMES).toEqual([
      'approved-by-two',
      'blocked',
      'cancelled',
      'continued',
      'downgraded',
      'expired',
      'halted',
      'maintenance-started',
      'paused-and-resumed',
      'refresh-halted-and-retried',
      'refresh-nothing-to-do',
      'refreshed',
      'rejected',
      'rollback-halted-and-retried',
      'rollback',
      'rolled-back-by-health',
      'succeeded',
      'waited-for-windows',
      'without-way-back',
    ]);
  });

  it.each(NAMES)('%s replays on the workflows as they are', async (name) => {
    await expect(replay(bundle, readHistory(name))).resolves.toBeUndefined();
  });

  it.each(NAMES)('%s has the flags without which a wrong history replays cleanly', (name) => {
    expect(coreFlagsOf(readHistory(name))).toEqual(expect.arrayContaining([1, 2, 3]));
  });

  it.each(NAMES)('%s says nothing of the machine that recorded it', (name) => {
    const text = readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');

    const identities = [...text.matchAll(/"(?:identity|binaryChecksum)": "([^"]*)"/g)];
    expect(new Set(identities.map(([, identity]) => identity))).toEqual(new Set(['recorded']));
    expect(text).not.toMatch(/\/(home|root|work|tmp|Users)\//);
  });
});

it('the recorded run that was continued begins with what was carried into it', () => {
  const [begun] = readHistory('continued').events;

  const started = JSON.stringify(begun);
  expect(started).toContain('continuedExecutionRunId');
  const [, carried] = inputOf(begun);
  expect(carried).toMatchObject({ place: { kind: 'step' } });
});

function inputOf(begun: Readonly<Record<string, unknown>> | undefined): readonly unknown[] {
  const { input } = (begun?.['workflowExecutionStartedEventAttributes'] ?? {}) as {
    readonly input?: { readonly payloads?: readonly { readonly data: string }[] };
  };
  return (input?.payloads ?? []).map(
    ({ data }) => JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as unknown,
  );
}

describe('the replay finds', () => {
  it.each([
    ['another activity', 'verifyControlPlane', 'verifyControlPlanes'],
    [
      'something else in place of a timer',
      'EVENT_TYPE_TIMER_STARTED',
      'EVENT_TYPE_MARKER_RECORDED',
    ],
  ])('%s', async (_what, from, to) => {
    const history = readHistory('succeeded');
    await expect(replay(bundle, history)).resolves.toBeUndefined();

    await expect(replay(bundle, rewritten(history, from, to))).rejects.toThrow();
  });

  it('another activity as a violation of determinism', async () => {
    const broken = rewritten(readHistory('succeeded'), 'takeSnapshot', 'takeSnapshots');

    await expect(replay(bundle, broken)).rejects.toThrow(DeterminismViolationError);
  });

  it('workflow code that does something else', async () => {
    const code = 'code' in bundle ? bundle.code : '';
    const [before, after] = ['.claimMesh(', '.finishRun('];
    expect(code).toContain(before);

    const changed = { code: code.replaceAll(before, after) };

    await expect(replay(changed, readHistory('succeeded'))).rejects.toThrow(
      DeterminismViolationError,
    );
  });
});

describe("Temporal's packages", () => {
  it.each(['client', 'common', 'proto', 'worker'])(
    '%s has the protobufjs of all the others, without which histories cannot be read',
    (name) => {
      const require = createRequire(
        path.join(ROOT, `node_modules/@temporalio/${name}/package.json`),
      );

      expect(path.relative(ROOT, require.resolve('protobufjs'))).toBe(
        path.join('node_modules', 'protobufjs', 'index.js'),
      );
    },
  );
});
