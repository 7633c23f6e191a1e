import { fileURLToPath } from 'node:url';
import { NativeConnection, Runtime, Worker, DefaultLogger } from '@temporalio/worker';

/** A process that serves the stub workflow until it is told to stop; says so on standard output. */
Runtime.install({ logger: new DefaultLogger('WARN') });
const connection = await NativeConnection.connect({
  address: process.env['TEMPORAL_ADDRESS'] ?? 'localhost:7233',
});
const worker = await Worker.create({
  connection,
  taskQueue: process.argv[2] ?? 'meshlift',
  workflowsPath: fileURLToPath(new URL('./stub-workflow.ts', import.meta.url)),
});
const running = worker.run();
console.log('ready');
await running;
await connection.close();
