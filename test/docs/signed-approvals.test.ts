import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { verifyToken } from '../../src/activities/approval/verify-token.ts';
import { decisionClaims } from '../../src/approvals/schema.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { runMeshlift, type Ran } from '../cli/support/run-meshlift.ts';
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
    const config = loadConfig(writeConfig(CONFIG.replace('keys/ana.pub', 'ana.pub')));
    run = await stage().begin({
      policy: { approvals: { mode: 'signed' }, soakSeconds: { controlPlane: 1, wave: 1, mesh: 1 } },
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

  it('bring a token that passes the gate when it is pasted', async () => {
    const { stdout } = await carryOut('meshlift sign --claims claims.json --key ana');
    await run.handle.signal('approve', { token: stdout.trim() });

    const report = await run.result();

    expect(report).toMatchObject({ outcome: 'Succeeded' });
    expect(report.messages).toMatchObject([{ effect: 'accepted', by: 'ana' }]);
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
