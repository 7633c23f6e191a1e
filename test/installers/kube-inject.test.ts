import { describe, expect, it } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import type { CommandRequest } from '../../src/clients/command-runner.ts';
import type { KubernetesObject } from '../../src/domain/kubernetes-object.ts';
import { kubeInject, kubeInjectArguments } from '../../src/installers/istioctl/kube-inject.ts';
import type { IstioctlTools } from '../../src/installers/istioctl/istioctl.ts';
import { ManifestError } from '../../src/installers/istioctl/manifest.ts';
import { istioVersion } from './support.ts';

const FILES = { injectConfig: '/c', meshConfig: '/m', values: '/v' };
const INJECTOR = { injectConfig: 'policy: enabled', meshConfig: 'rootNamespace: x', values: '{}' };

function deployment(name: string): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'shop' } };
}

function requestFor(...names: readonly string[]) {
  return {
    version: istioVersion('1.26.1'),
    revision: '1-26-1',
    meshNamespace: 'istio-system',
    injector: INJECTOR,
    manifests: names.map(deployment),
  };
}

/** An istioctl that writes this, and what it was asked. */
function toolsThatWrite(stdout: string) {
  const asked: { readonly request: CommandRequest; readonly texts: readonly string[] }[] = [];
  const tools: IstioctlTools = {
    binaries: { versions: () => [], digest: async () => '', verified: async () => '/bin/istioctl' },
    commands: {
      containment: { kind: 'none' } as never,
      run: async (request) => {
        const files = request.args.filter((each, index) =>
          request.args[index - 1]?.endsWith('File'),
        );
        asked.push({ request, texts: files.map((file) => readFileSync(file, 'utf8')) });
        return { stdout, stderr: '', exitCode: 0 };
      },
    },
  };
  return { tools, asked };
}

const signal = AbortSignal.timeout(60_000);

describe('istioctl kube-inject', () => {
  it('is given all three files, so that it asks no cluster', () => {
    expect(kubeInjectArguments({ revision: '1-26-1', meshNamespace: 'mesh' }, FILES)).toEqual([
      'kube-inject',
      '--filename',
      '-',
      '--revision',
      '1-26-1',
      '--istioNamespace',
      'mesh',
      '--injectConfigFile',
      '/c',
      '--meshConfigFile',
      '/m',
      '--valuesFile',
      '/v',
    ]);
  });

  it('reads the manifests from its input, with a kubeconfig of nothing and files that go again', async () => {
    const { tools, asked } = toolsThatWrite(
      [deployment('b'), deployment('a')].map((each) => JSON.stringify(each)).join('\n---\n'),
    );

    const injected = await kubeInject(tools, requestFor('a', 'b'), signal);

    expect(injected.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    const [{ request, texts } = { request: undefined, texts: [] }] = asked;
    expect(texts).toEqual([INJECTOR.injectConfig, INJECTOR.meshConfig, INJECTOR.values]);
    expect(request?.stdin?.split('\n---\n').map((each) => JSON.parse(each) as unknown)).toEqual(
      ['a', 'b'].map(deployment),
    );
    expect(() => statSync(request?.env?.['KUBECONFIG'] ?? '/')).toThrow(/ENOENT/);
  });

  it('is not run for nothing', async () => {
    const { tools, asked } = toolsThatWrite('');

    expect(await kubeInject(tools, requestFor(), signal)).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('must write every manifest that it was given', async () => {
    const { tools } = toolsThatWrite(JSON.stringify(deployment('a')));

    await expect(kubeInject(tools, requestFor('a'), signal)).resolves.toHaveLength(1);
    await expect(kubeInject(tools, requestFor('a', 'b'), signal)).rejects.toThrow(ManifestError);
  });
});
