import { isDeepStrictEqual } from 'node:util';
import type { ApiClient } from '../../../rig/kubernetes/client.ts';
import type { MeshInventory } from '../../../src/domain/inventory/inventory.ts';
import type { Question, Scenario, Through } from '../scenarios/scenario.ts';
import type { Found, Meshlift } from './ask-meshlift.ts';
import { carryOut } from './carry-out.ts';
import { eventually } from './eventually.ts';
import { untilSettled } from './settled.ts';

/** What came of one scenario: what of its finding was there in each state of the cluster. */
export interface Played {
  /** In the calm mesh, asked the same. */
  readonly before: readonly Found[];
  readonly near: readonly Found[];
  readonly given: readonly Found[];
  /** In the mesh once all was taken back: everything that differs from the calm one. */
  readonly left: readonly Found[];
}

export interface ScenarioBench {
  /** What planning found in the calm mesh, istioctl included. */
  readonly calm: readonly Found[];
  /** What it finds now. */
  readonly now: () => Promise<readonly Found[]>;
  readonly play: (scenario: Scenario) => Promise<Played>;
}

/** Call it once the mesh is calm; scenarios are then played one after the other. */
export async function openScenarioBench(
  kubernetes: ApiClient,
  meshlift: Meshlift,
): Promise<ScenarioBench> {
  const calmMesh = await meshlift.inventory({});
  const calm = await meshlift.plan({});
  const answers = new Map([[keyOf('plan', {}), calm]]);
  const stage: Stage = { kubernetes, meshlift, calmMesh, answers };
  return {
    calm,
    now: async () => meshlift.plan({}),
    play: async (scenario) => play(stage, scenario),
  };
}

function keyOf(through: Through, question: Question): string {
  return JSON.stringify([through, question]);
}

interface Stage {
  readonly kubernetes: ApiClient;
  readonly meshlift: Meshlift;
  readonly calmMesh: MeshInventory;
  /** What the calm mesh answers to longer questions. */
  readonly answers: Map<string, readonly Found[]>;
}

async function play(stage: Stage, scenario: Scenario): Promise<Played> {
  if (isQuestionAlone(scenario)) return askOnly(stage, scenario);
  const before = await lookAtCalm(stage, scenario);
  const near = await lookAtNear(stage, scenario);
  const given = await lookAtGiven(stage, scenario);
  const left = await lookAfterwards(stage);
  return { before, near, given, left };
}

/** Whether nothing is done to the cluster: then one look at it is enough. */
function isQuestionAlone({ through = 'rules', given, near, question }: Scenario): boolean {
  const doesNothing = given.length === 0 && near.given.length === 0;
  return doesNothing && through === 'rules' && question?.meshNamespace === undefined;
}

function askOnly({ meshlift, calmMesh }: Stage, scenario: Scenario): Played {
  const look = (question: Question = {}): readonly Found[] =>
    ofScenario(meshlift.judge(calmMesh, question), scenario);
  const { question, near } = scenario;
  return { before: look(), near: look(near.question), given: look(question), left: [] };
}

/** Nothing but the calm mesh: what is asked of it more than once is asked only the first time. */
async function lookAtCalm(
  { meshlift, calmMesh, answers }: Stage,
  scenario: Scenario,
): Promise<readonly Found[]> {
  const { given, question: asked = {} } = scenario;
  // Where the question itself makes the finding, the premise is the usual one.
  const isQuestion = given.length === 0 || asked.meshNamespace !== undefined;
  const question = isQuestion ? {} : asked;
  const through = isQuestion ? usual(scenario) : (scenario.through ?? 'rules');
  if (through === 'rules') return ofScenario(meshlift.judge(calmMesh, question), scenario);
  const key = keyOf(through, question);
  const known = answers.get(key) ?? (await ask(meshlift, { through, question }));
  answers.set(key, known);
  return ofScenario(known, scenario);
}

/** A refresh or a rollback is a question of its own: asked for without a word it may find that there is nothing to do. */
function usual({ through = 'rules', question }: Scenario): Through {
  const isOther = through === 'refresh' || through === 'rollback';
  return isOther && question === undefined ? 'rules' : through;
}

async function lookAtNear(stage: Stage, scenario: Scenario): Promise<readonly Found[]> {
  const { given, question = scenario.question ?? {} } = scenario.near;
  const takeBack = await carryOut(stage.kubernetes, given);
  try {
    await untilSettled(stage.kubernetes, given);
    return ofScenario(await ask(stage.meshlift, { ...scenario, question }), scenario);
  } finally {
    await takeBack();
  }
}

async function lookAtGiven(stage: Stage, scenario: Scenario): Promise<readonly Found[]> {
  const { given, question = {}, isRestless } = scenario;
  const takeBack = await carryOut(stage.kubernetes, given);
  try {
    if (isRestless !== true) await untilSettled(stage.kubernetes, given);
    // A second look only where controllers may lag behind; what is there is told either way.
    return await untilThere(async () =>
      ofScenario(await ask(stage.meshlift, { ...scenario, question }), scenario),
    );
  } finally {
    await takeBack();
  }
}

const PATIENCE_MS = 15_000;

async function untilThere(look: () => Promise<readonly Found[]>): Promise<readonly Found[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found.length > 0 || Date.now() > deadline) return found;
  }
}

async function lookAfterwards({ meshlift, calmMesh }: Stage): Promise<readonly Found[]> {
  const calm = meshlift.judge(calmMesh, {});
  let now: readonly Found[] = [];
  const isCalm = async (): Promise<boolean> => {
    now = meshlift.judge(await meshlift.inventory({}), {});
    return isDeepStrictEqual(now, calm);
  };
  await eventually(isCalm, { what: 'the findings are those of the calm mesh', withinMs: 60_000 })
    // The caller is told what differs.
    .catch(() => false);
  const without = (all: readonly Found[], some: readonly Found[]): readonly Found[] =>
    all.filter((each) => !some.some((one) => isDeepStrictEqual(one, each)));
  return [...without(now, calm), ...without(calm, now)];
}

async function ask(
  meshlift: Meshlift,
  {
    through = 'rules',
    question = {},
  }: Pick<Scenario, 'through'> & { readonly question?: Question },
): Promise<readonly Found[]> {
  switch (through) {
    case 'rules':
      return meshlift.judge(await meshlift.inventory(question), question);
    case 'plan':
      return meshlift.plan(question);
    case 'start':
      return meshlift.start();
    case 'refresh':
      return meshlift.refresh(question);
    case 'rollback':
      return meshlift.rollback(question);
  }
}

function ofScenario(found: readonly Found[], { code, subject }: Scenario): readonly Found[] {
  return found.filter(
    (each) =>
      each.code === code &&
      (typeof subject === 'string' ? each.subject === subject : subject.test(each.subject)),
  );
}
