import { describe, expect, it } from '@jest/globals';
import { CommandError } from '../../src/clients/command-error.ts';
import type { CommandRunner } from '../../src/clients/command-runner.ts';
import type { BinaryStore } from '../../src/installers/istioctl/binaries.ts';
import { renderTag } from '../../src/installers/istioctl/tag.ts';
import { istioVersion } from './support.ts';

const REQUEST = {
  tag: 'prod',
  revision: '1-26-1',
  version: istioVersion('1.26.1'),
  meshNamespace: 'istio-system',
  kubeconfig: '/k',
};
const BINARIES: Pick<BinaryStore, 'verified'> = { verified: async () => '/istioctl' };
const WEBHOOK = `
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: istio-revision-tag-prod
`;

function failure(kind: 'exit-code' | 'invalid-arguments'): CommandError {
  const said = { command: 'istioctl', args: [], stderrTail: 'Error: the store is busy' };
  return new CommandError({
    ...said,
    failure: kind,
    ...(kind === 'exit-code' ? { exitCode: 1 } : {}),
  });
}

/** Runs that fail one after another, before one that does not. */
function renderAfter(failures: readonly CommandError[]): {
  readonly rendered: ReturnType<typeof renderTag>;
  readonly runs: () => number;
} {
  let runs = 0;
  const commands: Pick<CommandRunner, 'run'> = {
    run: async () => {
      const error = failures[runs];
      runs += 1;
      if (error !== undefined) throw error;
      return { stdout: WEBHOOK, stderr: '', exitCode: 0 };
    },
  };
  const tools = { commands: commands as CommandRunner, binaries: BINARIES as BinaryStore };
  const rendered = renderTag(tools, REQUEST, new AbortController().signal);
  return { rendered, runs: () => runs };
}

/** What istioctl logs is before what it writes, unless it is told to log elsewhere. */
const LOG = '2026-11-22T03:37:24.285096Z\terror\tanalysis\terror getting mesh config: told to\n';

describe('a tag', () => {
  it('is read where istioctl logs something as well', async () => {
    const commands: Pick<CommandRunner, 'run'> = {
      run: async ({ args }) => {
        const isElsewhere = args.join(' ').includes('--log_target stderr');
        const [stdout, stderr] = isElsewhere ? [WEBHOOK, LOG] : [`${LOG}${WEBHOOK}`, ''];
        return { stdout, stderr, exitCode: 0 };
      },
    };
    const tools = { commands: commands as CommandRunner, binaries: BINARIES as BinaryStore };

    expect(await renderTag(tools, REQUEST, new AbortController().signal)).toHaveLength(1);
  });

  it('is rendered once more where istioctl met trouble: it asks nothing twice by itself', async () => {
    const { rendered, runs } = renderAfter([failure('exit-code'), failure('exit-code')]);

    expect(await rendered).toMatchObject([{ metadata: { name: 'istio-revision-tag-prod' } }]);
    expect(runs()).toBe(3);
  });

  it('is not rendered once more where istioctl was not run', async () => {
    const { rendered, runs } = renderAfter([failure('invalid-arguments')]);

    await expect(rendered).rejects.toThrow('its arguments are not valid');
    expect(runs()).toBe(1);
  });
});
