import { expect, it } from '@jest/globals';
import { rememberRenders } from '../../src/installers/remember-renders.ts';
import type { MeshInstaller, RenderRequest } from '../../src/installers/installer.ts';
import { version } from '../support/sample-mesh.ts';

function request(revision: string): RenderRequest {
  return {
    version: version('1.26.1'),
    revision,
    meshNamespace: 'istio-system',
    configuration: { spec: { revision }, source: 'recorded', unknowns: [] },
  };
}

/** An installer that only counts what it is asked to render; the first of `fails` fail. */
function counting(fails = 0): { readonly installer: MeshInstaller; readonly asked: string[] } {
  const asked: string[] = [];
  let binary = 'sha256:a';
  const installer: MeshInstaller & { exchange: () => void } = {
    id: 'istioctl',
    capabilities: { strategies: ['canary'], revisionTags: 'managed-here', ownsCrds: true },
    versions: () => [],
    binaryDigest: async () => binary,
    exchange: () => (binary = 'sha256:b'),
    recoverConfiguration: async () => ({ spec: {}, source: 'recorded', unknowns: [] }),
    render: async ({ revision }) => {
      asked.push(revision);
      if (asked.length <= fails) throw new Error('killed');
      return { objects: [], digest: revision, warnings: [] };
    },
    renderTag: async () => [],
    precheck: async () => [],
    inject: async () => [],
    analyze: async () => [],
  };
  return { installer, asked };
}

const { signal } = new AbortController();

it('renders a release once, before and under the lock', async () => {
  const { installer, asked } = counting();
  const remembering = rememberRenders(installer);

  const first = await remembering.render(request('a'), signal);
  const second = await remembering.render(request('a'), signal);

  expect(second).toEqual(first);
  expect(asked).toEqual(['a']);
});

it('renders anew what differs in anything, the binary included', async () => {
  const { installer, asked } = counting();
  const remembering = rememberRenders(installer);
  await remembering.render(request('a'), signal);

  await remembering.render({ ...request('a'), components: ['Pilot'] }, signal);
  (installer as MeshInstaller & { exchange: () => void }).exchange();
  await remembering.render(request('a'), signal);

  expect(asked).toEqual(['a', 'a', 'a']);
});

it('tries again what failed', async () => {
  const { installer, asked } = counting(1);
  const remembering = rememberRenders(installer);
  await expect(remembering.render(request('a'), signal)).rejects.toThrow('killed');

  expect((await remembering.render(request('a'), signal)).digest).toBe('a');
  expect(asked).toEqual(['a', 'a']);
});

it('keeps only the last few, so that a worker does not grow', async () => {
  const { installer, asked } = counting();
  const remembering = rememberRenders(installer);
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  for (const revision of many) {
    await remembering.render(request(revision), signal);
  }

  await remembering.render(request('i'), signal);
  expect(asked).toEqual(many);
  await remembering.render(request('a'), signal);
  expect(asked).toEqual([...many, 'a']);
});
