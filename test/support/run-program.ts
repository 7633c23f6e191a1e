import { spawn } from 'node:child_process';

/** As much of what a program said as helps to see what went wrong. */
const LAST_CHARACTERS = 500;

/** Runs a program to its end; returns what went wrong, in words. */
export async function runProgram(
  command: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<string | undefined> {
  const child = spawn(command, args, {
    // A package's questions would wait for an answer for ever.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
  });
  let said = '';
  const keep = (chunk: Buffer): void => {
    said = `${said}${chunk.toString()}`.slice(-LAST_CHARACTERS);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) =>
      resolve(
        code === 0 ? undefined : `${command} ended with ${code ?? 'a time-out'}: ${said.trim()}`,
      ),
    );
  });
}
