import { setTimeout as delay } from 'node:timers/promises';
import { STARTING_MESH } from '../mesh/starting-mesh.ts';
import { setTrouble } from '../mesh/trouble.ts';
import { takeCensus } from './cluster/census.ts';
import { comparePictures, type Difference } from './cluster/compare.ts';
import { describePicture, type Picture } from './cluster/picture.ts';
import { readCensusSources, readPictureSources } from './cluster/read-cluster.ts';
import { countRequests } from './count-requests.ts';
import { watchForCrashes } from './crash-witness.ts';
import { describeUpgrade, followToGate, startUpgrade, TARGET } from './follow-run.ts';
import type { BadUpgradeResult } from './results.ts';
import type { Stage } from './stage.ts';
import { meshedOf, secondsSince } from './upgrade-act.ts';

const TROUBLE = 'new-proxy-crashes';
/** A mesh that has only just come up still settles; a moving picture would be compared with nothing. */
const SETTLE_TIMEOUT_MS = 30_000;
const SETTLE_POLL_MS = 1_000;

/** Act 2: an upgrade whose new proxies crash. */
export async function playBadUpgrade(stage: Stage): Promise<BadUpgradeResult> {
  const { voice, client, endpoints } = stage;
  const workloads = meshedOf(takeCensus(await readCensusSources(client))).length;
  voice.say(
    `From now on every pod with a proxy newer than ${STARTING_MESH.version} will crash:\n` +
      `(npm run rig -- trouble on ${TROUBLE} --name demo)`,
  );
  await setTrouble(endpoints.kubeconfigs.rig, TROUBLE, true);
  const before = await takeStillPicture(stage);
  voice.say(
    `The demo keeps a picture of the mesh, ${Object.keys(before).length} entries, to compare with afterwards.`,
  );

  const witness = await watchForCrashes(client, TARGET.version);
  const startedAt = Date.now();
  const end = await startUpgrade(stage)
    .then(async () => followToGate(stage))
    .finally(() => witness.stop());
  const run = await describeUpgrade(stage);
  const seconds = secondsSince(startedAt);
  const crashedPods = witness.stop();
  if (end !== 'ended') voice.bad('The run waits for a person; it should have taken itself back.');

  voice.say('\nThe run has ended. The demo now compares for itself, at the API server:');
  const after = describePicture(await readPictureSources(client));
  const differences = comparePictures(before, after);
  tell(stage, { outcome: run.outcome, crashedPods, differences, cause: run.cause });
  return {
    name: 'bad-upgrade',
    outcome: run.outcome,
    restored: differences.length === 0,
    differences,
    workloads,
    crashedPods,
    seconds,
    apiRequests: await countRequests(endpoints.auditLog),
    historyEvents: run.historyEvents,
    historyBytes: run.historyBytes,
  };
}

/** Two looks in a row must be equal. */
async function takeStillPicture({ client, signal }: Stage): Promise<Picture> {
  const look = async (): Promise<Picture> => describePicture(await readPictureSources(client));
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  let last = await look();
  for (;;) {
    await delay(SETTLE_POLL_MS, undefined, { signal });
    const next = await look();
    const moving = comparePictures(last, next);
    if (moving.length === 0) return next;
    const [first] = moving;
    if (Date.now() > deadline)
      throw new Error(`the fresh mesh does not settle: ${first?.where ?? ''}`);
    last = next;
  }
}

interface Told {
  readonly outcome: string;
  readonly cause: string | undefined;
  readonly crashedPods: number;
  readonly differences: readonly Difference[];
}

function tell({ voice }: Stage, { outcome, cause, crashedPods, differences }: Told): void {
  const mark = (isGood: boolean): ((text: string) => void) => (isGood ? voice.good : voice.bad);
  mark(crashedPods > 0)(`${crashedPods} pods with the new proxy were seen crashing`);
  mark(outcome === 'RolledBack')(`outcome ${outcome}${cause === undefined ? '' : `: ${cause}`}`);
  if (differences.length === 0) {
    voice.good(
      'everything is as it was: namespace labels, tags, webhooks, the default, ConfigMaps,\n' +
        '  budgets, Services, pod templates, pods; the namespace outside of the mesh to the byte',
    );
    return;
  }
  voice.bad(`${differences.length} differences:`);
  for (const { where, before, after } of differences) {
    voice.say(`  ${where}\n    before ${before}\n    after  ${after}`);
  }
}
