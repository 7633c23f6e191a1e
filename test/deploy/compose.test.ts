import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { SEARCH_ATTRIBUTES } from '../../src/clients/search-attribute-types.ts';
import { isAtLeast } from '../../src/clients/temporal-server.ts';
import { ENVIRONMENT_VARIABLES } from '../../src/config/environment.ts';
import { loadConfig } from '../../src/config/load-config.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const service = z.object({
  image: z.string().optional(),
  build: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  entrypoint: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
});
const compose = z.object({ services: z.record(z.string(), service) });
const { services } = compose.parse(parse(read('docker-compose.yml')));

function serviceNamed(name: string): z.output<typeof service> {
  const found = services[name];
  if (found === undefined) throw new Error(`expected a service ${name} in docker-compose.yml`);
  return found;
}

const tagOf = (name: string): string => serviceNamed(name).image?.split(':')[1] ?? '';
/** What Temporal's own settings are called, for clients of every language. */
const TEMPORAL_SETTINGS = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'];

describe('docker-compose.yml', () => {
  it('has Temporal with its database and web UI, the jobs that prepare it, and the worker', () => {
    const images = Object.fromEntries(
      Object.entries(services).map(([name, { image, build }]) => [
        name,
        image?.split(':')[0] ?? `build ${build ?? ''}`,
      ]),
    );

    expect(images).toEqual({
      postgresql: 'postgres',
      'temporal-database': 'temporalio/admin-tools',
      temporal: 'temporalio/server',
      'temporal-namespace': 'temporalio/admin-tools',
      'temporal-ui': 'temporalio/ui',
      worker: 'build .',
    });
  });

  it('pins every image to a full version', () => {
    const tags = Object.values(services).flatMap(({ image }) =>
      image === undefined ? [] : [image.split(':')[1] ?? ''],
    );

    expect(tags.filter((tag) => !/^\d+\.\d+(\.\d+)?(-[a-z]+)?$/.test(tag))).toEqual([]);
  });

  it('has a server that the worker accepts, and admin-tools of the same version', () => {
    expect(isAtLeast(tagOf('temporal'), [1, 31, 2])).toBe(true);
    expect(tagOf('temporal-database')).toBe(tagOf('temporal'));
    expect(tagOf('temporal-namespace')).toBe(tagOf('temporal'));
  });

  it('publishes no port beyond this machine', () => {
    const ports = Object.values(services).flatMap((each) => each.ports);

    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([]);
  });
});

describe('the services of docker-compose.yml', () => {
  it('give the worker only variables that it reads', () => {
    const given = Object.keys(serviceNamed('worker').environment);

    const known: readonly string[] = [...ENVIRONMENT_VARIABLES, ...TEMPORAL_SETTINGS];
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    expect(given).toEqual(expect.arrayContaining(TEMPORAL_SETTINGS));
  });

  it('connect worker, web UI and jobs to the server under its name in the network', () => {
    const addresses = Object.values(services).flatMap(({ environment }) =>
      environment['TEMPORAL_ADDRESS'] === undefined ? [] : [environment['TEMPORAL_ADDRESS']],
    );

    expect(addresses).toEqual(['temporal:7233', 'temporal:7233', 'temporal:7233']);
  });

  it('start the worker when namespace and search attributes are there', () => {
    expect(serviceNamed('worker').depends_on).toMatchObject({
      'temporal-namespace': { condition: 'service_completed_successfully' },
    });
    expect(serviceNamed('temporal').depends_on).toMatchObject({
      'temporal-database': { condition: 'service_completed_successfully' },
    });
  });

  it('hold no secret, only references to them', () => {
    const secrets = Object.values(services).flatMap(({ environment }) =>
      Object.entries(environment).filter(([name]) => /PASSWORD|PWD|SECRET|KEY|TOKEN/.test(name)),
    );

    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, value]) => !value.startsWith('${'))).toEqual([]);
  });

  it('mount only what is in the repository or what a person names, read-only', () => {
    const binds = Object.values(services)
      .flatMap(({ volumes }) => volumes)
      .filter((volume) => volume.startsWith('.') || volume.startsWith('$'));

    expect(binds.filter((bind) => !bind.endsWith(':ro'))).toEqual([]);
    for (const bind of binds.filter((each) => each.startsWith('.'))) {
      expect(existsSync(path.join(ROOT, bind.split(':')[0] ?? ''))).toBe(true);
    }
  });

  it('let the worker do as little as it needs', () => {
    expect(serviceNamed('worker')).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });

  it('create every search attribute that the worker needs', () => {
    const script = read('deploy/temporal/prepare-namespace.sh');

    const created = [...script.matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => [
      name,
      type,
    ]);

    expect(Object.fromEntries(created)).toEqual(SEARCH_ATTRIBUTES);
  });

  it.each(['prepare-database.sh', 'prepare-namespace.sh'])('%s is a valid script', (file) => {
    const checked = spawnSync('sh', ['-n', path.join(ROOT, 'deploy/temporal', file)]);

    expect(checked).toMatchObject({ status: 0 });
  });
});

describe('the worker’s image', () => {
  const dockerfile = read('Dockerfile');
  const packageJson = JSON.parse(read('package.json')) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };

  it('stands on Debian with the Node that the tests run under', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);

    expect(bases[0]).toBe(`node:${packageJson.devDependencies['node'] ?? ''}-bookworm-slim`);
    expect(bases.slice(1).every((base) => base === 'base')).toBe(true);
  });

  it('is installed from the lock file without development packages, and does not run as root', () => {
    expect(dockerfile).toMatch(/npm ci --omit=dev/);
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('sets only variables that the worker reads', () => {
    const names = [...dockerfile.matchAll(/\b(MESHLIFT_\w+)=/g)].map(([, name]) => name ?? '');

    const known: readonly string[] = ENVIRONMENT_VARIABLES;
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('copies only files of the repository', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
      ([, files = '']) => files.split(' '),
    );

    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });

  it('fetches no istioctl: binaries are mounted and named with their digest', () => {
    expect(dockerfile).not.toMatch(/curl|wget|ADD http/);
    expect(serviceNamed('worker').volumes.join(' ')).toContain(':/opt/istioctl:ro');

    const config = loadConfig(path.join(ROOT, 'deploy/meshlift/meshlift.example.yaml'));

    const paths = Object.values(config.istioctl).map((binary) => binary.path);
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((file) => !file.startsWith('/opt/istioctl/'))).toEqual([]);
  });
});
