// Stands behind every npm script. Plain JavaScript for whatever Node the system has (20 or newer): it
// installs the dependencies when they are missing or stale, then hands over to the Node that the
// npm package `node` brings (24), so that TypeScript runs as it is.
//
//   node scripts/run.mjs FILE.ts [ARGS…]        run a TypeScript file
//   node scripts/run.mjs --bin NAME [ARGS…]     run a package's command under that Node
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, URL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = path.join(root, 'node_modules');
const stamp = path.join(modules, '.meshlift-installed');
const lock = path.join(root, '.npm-install.lock');

function fail(message) {
  process.stderr.write(`meshlift: ${message}\n`);
  process.exit(1);
}

/** The lock file alone decides: it has every dependency, and a new script needs no new install. */
function wanted() {
  const lockFile = readFileSync(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lockFile).digest('hex');
  return `${hash} ${process.platform}-${process.arch}`;
}

function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted() && existsSync(bundledNode());
}

function bundledNode() {
  return path.join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Two commands started at once must not both run `npm ci` in the same folder. */
function withLock(work) {
  for (let waited = 0; ; waited += 1) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(readIfThere(path.join(lock, 'pid')));
      const age = Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (owner > 0 ? !isAlive(owner) : age > 10_000)
        rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      if (waited > 900)
        fail(`another install has held ${lock} for 15 minutes; remove it and retry`);
    }
  }
  writeFileSync(path.join(lock, 'pid'), String(process.pid));
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function install() {
  if (isInstalled()) return;
  process.stderr.write(
    'meshlift: installing dependencies (npm ci, about a minute the first time)\n',
  );
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const steps = [
    ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
    // The package `node` unpacks its binary in an install script, which a cautious npm skips.
    ['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error'],
  ];
  for (const args of steps) {
    if (args[0] === 'rebuild' && existsSync(bundledNode())) continue;
    // npm's own chatter goes to standard error: standard output belongs to the command.
    const done = spawnSync(npm, args, { cwd: root, stdio: ['ignore', 2, 2] });
    if (done.status !== 0) {
      fail(`\`npm ${args.join(' ')}\` failed; fix what it says above and run the command again`);
    }
  }
  if (!existsSync(bundledNode()))
    fail(`npm installed no ${bundledNode()}; remove node_modules and retry`);
  writeFileSync(stamp, wanted());
}

const major = Number(process.versions.node.split('.')[0]);
if (major < 20)
  fail(`Node 20 or newer is needed to begin; found ${process.version}. See https://nodejs.org`);

const [first, ...rest] = process.argv.slice(2);
if (first === undefined) fail('usage: node scripts/run.mjs FILE.ts [ARGS…] | --bin NAME [ARGS…]');

if (!isInstalled()) withLock(install);

function entryOfBin(name) {
  const require = createRequire(path.join(root, 'package.json'));
  const file = require.resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(file, 'utf8'));
  return path.join(path.dirname(file), typeof bin === 'string' ? bin : (bin[name] ?? bin.tsc));
}

const target =
  first === '--bin'
    ? [entryOfBin(resolveBin(rest[0])), ...rest.slice(1)]
    : [path.join(root, first), ...rest];

function resolveBin(name) {
  return name === 'tsc' ? 'typescript' : name;
}

const env = {
  ...process.env,
  PATH: `${path.join(modules, '.bin')}${path.delimiter}${process.env.PATH ?? ''}`,
};
const child = spawn(bundledNode(), ['--disable-warning=ExperimentalWarning', ...target], {
  stdio: 'inherit',
  env,
});
// The terminal sends Ctrl-C to the whole group; a `kill` of this process alone is passed on.
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
process.on('SIGINT', () => {});
child.on('exit', (code, signal) => {
  if (signal !== null) process.kill(process.pid, signal);
  else process.exit(code ?? 1);
});
