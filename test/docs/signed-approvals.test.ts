import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyToken } from '../../src/activities/approval/verify-token.ts';
import { decisionClaims } from '../../src/approvals/schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { runMeshlift, type Ran } from '../cli/support/run-meshlift.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { useLocalStage } from '../support/use-stage.ts';
import type { Rehearsal } from '../support/workflow-stage.ts';
import { blocksOf, readDocument, shellLines, tableRows, wordsOf } from './markdown.ts';

const DOCUMENT = readDocument('docs/signed-approvals.md');
const [CONFIG = ''] = blocksOf(DOCUMENT, 'yaml');
const LINES = shellLines(DOCUMENT);

const folder = mkdtempSync(path.join(tmpdir(), 'meshlift-signed-'));
afterAll(() => rmSync(folder, { recursive: true }));

function writeConfig(text: string): string {
  const file = path.join(folder, 'meshlift.yaml');
  writeFileSync(file, text);
  return file;
}

it('the example names an approver and asks for signatures', () => {
  const { approvers, clusters } = loadConfig(writeConfig(CONFIG));

  expect(approvers).toMatchObject({ ana: { roles: ['mesh-admins'] } });
  expect(clusters.get('prod-eu')?.policy).toMatchObject({ approvals: { mode: 'signed' } });
});

it('the table has every claim, and none that is gone', () => {
  const told = tableRows(DOCUMENT).flatMap(([cell = '']) =>
    [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
  );

  expect(told.toSorted()).toEqual(Object.keys(decisionClaims.shape).toSorted());
});

const { describeOnStage, stage } = useLocalStage('the commands of docs/signed-approvals.md');
const hasAgent = spawnSync('ssh-agent', ['-?']).error === undefined;
if (!hasAgent) console.log('skipped: the command with an SSH agent, because OpenSSH is missing');

describeOnStage('the commands, in their order,', () => {
  let run: Rehearsal;
  let agent: ChildProcess | undefined;
  const socket = path.join(folder, 'agent');

  beforeAll(async () => {
    const ana = 'ana: { keys: [ana.pub], roles: [mesh-admins] }';
    const config = loadConfig(
      writeConfig(
        CONFIG.replace(
          'ana: { keys: [keys/ana.pub], roles: [mesh-admins] }',
          `${ana}\n  ben: { keys: [ben.pub] }`,
        ),
      ),
    );
    await runMeshlift(['sign', 'keygen', '--out', 'ben'], { cwd: folder });
    run = await stage().begin({
      policy: {
        approvals: { mode: 'signed' },
        soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 },
        gates: { complete: { expiresSeconds: 3600, quorum: 2 } },
      },
      but: { verifyDecision: ({ token }) => verifyToken(config, token) },
    });
    if (hasAgent) agent = await startAgent(socket, folder);
    await run.reach('AwaitingCompletion');
  }, 120_000);
  afterAll(() => void agent?.kill());

  /** As the document has it, but for the name of the cluster and where the output goes. */
  function carryOut(line: string): Promise<Ran> {
    const [command = ''] = line.split(' > ');
    const args = wordsOf(command.replace('prod-eu', run.cluster)).slice(1);
    return runMeshlift(args, {
      cwd: folder,
      env: { TEMPORAL_ADDRESS: stage().env.address, SSH_AUTH_SOCK: socket },
    });
  }

  it('make a key, sign with it and by an agent, and without a network', async () => {
    for (const line of LINES) {
      if (line.includes('--agent') && !hasAgent) continue;
      const ran = await carryOut(line);

      expect({ line, code: ran.code, said: ran.stderr }).toMatchObject({ line, code: 0 });
      const [, target] = line.split(' > ');
      if (target !== undefined) writeFileSync(path.join(folder, target), ran.stdout);
    }
    expect(LINES).toHaveLength(5);
  }, 120_000);

  it('show what is signed before it is, with what cannot be undone', async () => {
    const { stderr } = await carryOut('meshlift sign prod-eu --approve --key ana');

    const { planDigest = '', openGate } = await run.progress();
    for (const text of [planDigest, openGate?.evidenceDigest ?? 'none', 'complete', 'Counts until'])
      expect(stderr).toContain(text);
    for (const text of openGate?.evidence?.afterwards ?? ['none']) expect(stderr).toContain(text);
  });

  it('refuse another gate and another plan than the one that is open', async () => {
    const gate = await carryOut('meshlift sign prod-eu --approve --key ana --gate start');
    const plan = await carryOut('meshlift sign prod-eu --approve --key ana --plan-digest sha256:0');

    expect(gate).toMatchObject({ code: 1, stdout: '' });
    expect(gate.stderr).toContain('the open gate is "complete", not "start"');
    expect(plan).toMatchObject({ code: 1, stdout: '' });
    expect(plan.stderr).toContain('expected the plan sha256:0, as --plan-digest says');
  });

  it('sign nothing that the run would take without looking at it', async () => {
    const left = await carryOut('meshlift sign prod-eu --abort --leave --key ana --send');
    const resumed = await carryOut('meshlift sign prod-eu --resume --key ana');

    expect(left).toMatchObject({ code: 1, stdout: '' });
    expect(left.stderr).toContain(`run: meshlift abort mesh/${run.cluster}`);
    expect(resumed).toMatchObject({ code: 1, stdout: '' });
    expect((await run.report()).messages).toEqual([]);
  });

  it('bring a token that counts when it is pasted', async () => {
    const { stdout } = await carryOut('meshlift sign prod-eu --approve --key ana');
    await run.handle.signal('approve', { token: stdout.trim() });

    await eventually(async () => (await run.progress()).openGate?.stillNeeded === 1, {
      what: 'the pasted token is counted',
      withinMs: 20_000,
      everyMs: 100,
    });
    expect((await run.progress()).openGate).toMatchObject({ approvals: [{ by: 'ana' }] });
  });

  it('send it with --send, and tell the answer, or why it is refused', async () => {
    const withdrawn = await carryOut('meshlift sign prod-eu --withdraw --key ana --send');
    const approved = await carryOut('meshlift sign --claims claims.json --key ana --send');
    const again = await carryOut('meshlift sign --claims claims.json --key ana --send');

    expect(withdrawn).toMatchObject({ code: 0 });
    expect(withdrawn.stdout).toContain('approval of gate complete withdrawn by ana');
    expect(approved).toMatchObject({ code: 0 });
    expect(approved.stdout).toContain('approval 1 of 2 of gate complete by ana');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('this token was used already');
  });

  it('pass the gate once enough have signed', async () => {
    const sent = await carryOut('meshlift sign prod-eu --approve --key ben --reason seen --send');
    const report = await run.result();

    expect(sent).toMatchObject({ code: 0 });
    expect(sent.stdout).toContain('gate complete approved by ben: seen');
    expect(report).toMatchObject({
      outcome: 'Succeeded',
      gates: [{ name: 'complete', approvals: [{ by: 'ana' }, { by: 'ben', reason: 'seen' }] }],
    });
  });
});

async function startAgent(socket: string, home: string): Promise<ChildProcess> {
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  // It says where it listens once it does.
  await new Promise((resolve) => agent.stdout.once('data', resolve));
  const key = path.join(home, 'of-agent');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  execFileSync('ssh-add', ['-q', key], { env, stdio: 'ignore' });
  return agent;
}
