import { afterEach, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';

const CHECK = fileURLToPath(new URL('../../deploy/health-check.mjs', import.meta.url));
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

/** The exit code of the check beside a worker that serves these metrics. */
async function checkBeside(metrics: string): Promise<number> {
  server = createServer((_request, response) => response.end(metrics));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return check(port);
}

async function check(port: number): Promise<number> {
  const child = spawn(process.execPath, [CHECK], {
    env: { MESHLIFT_METRICS: `127.0.0.1:${port}` },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

const pollers = (count: number): string =>
  `# TYPE temporal_num_pollers gauge\ntemporal_num_pollers{namespace="default",poller_type="workflow_task"} ${count}\n`;

it('is well while the worker polls', async () => {
  expect(await checkBeside(pollers(5))).toBe(0);
});

it.each([
  ['polls nothing', pollers(0)],
  ['says nothing of polling', ''],
])('is not well when the worker %s', async (_what, metrics) => {
  expect(await checkBeside(metrics)).toBe(1);
});

it('is not well when nothing answers', async () => {
  await checkBeside('');
  const address = server?.address();
  server?.close();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  expect(await check(port)).not.toBe(0);
});
