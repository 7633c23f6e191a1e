// The process that plays the proxies of a rig: `node rig/ads-stand-in/main.ts KUBECONFIG PORT`. Its log is standard
// output; `GET /` on the port tells its counts, and `PUT /held-back?workload=NAMESPACE/NAME…` keeps the proxies of
// these workloads disconnected, and only of these.
import { createServer } from 'node:http';
import { HELD_BACK } from './start.ts';
import { openStandInProxies } from './watch-mesh.ts';

const [kubeconfig, port] = process.argv.slice(2);
if (kubeconfig === undefined || port === undefined) {
  throw new Error('usage: main.ts KUBECONFIG PORT');
}

const proxies = await openStandInProxies({
  kubeconfig,
  log: (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`),
});
const server = createServer(({ method, url }, response) => {
  const { pathname, searchParams } = new URL(url ?? '/', 'http://127.0.0.1');
  if (method === 'PUT' && pathname === HELD_BACK) proxies.holdBack(searchParams.getAll('workload'));
  const memoryBytes = process.memoryUsage.rss();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ...proxies.counts(), memoryBytes }));
});
server.listen(Number(port), '127.0.0.1');
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    proxies.close();
    process.exit(0);
  });
}
