// Whether the worker in this container polls Temporal, read from its own metrics.
/* global AbortSignal, fetch */
const address = process.env['MESHLIFT_METRICS'] ?? '127.0.0.1:9464';
const port = address.split(':').at(-1);

const answer = await fetch(`http://127.0.0.1:${port}/metrics`, {
  signal: AbortSignal.timeout(3000),
});
const pollers = [...(await answer.text()).matchAll(/^temporal_num_pollers\{.*\} (\d+)$/gm)];
const isPolling = pollers.some(([, count]) => Number(count) > 0);
console.log(isPolling ? 'the worker polls Temporal' : 'the worker does not poll Temporal');
process.exit(isPolling ? 0 : 1);
