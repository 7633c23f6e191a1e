import { processIo } from './cli/io.ts';
import { main } from './cli/main.ts';

const io = processIo();
// `meshlift list | head` closes the pipe early; that is no failure.
io.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = await main(io, process.argv.slice(2));
// What was written leaves first; then nothing that is still open may hold the process.
io.stdout.write('', () => process.exit(exitCode));
