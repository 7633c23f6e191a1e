import { beforeAll, describe, expect, it } from '@jest/globals';
import type { KubernetesClient } from '../../src/clients/kubernetes.ts';
import {
  formatRef,
  refOf,
  type KubernetesObject,
  type ObjectRef,
} from '../../src/domain/kubernetes-object.ts';
import type { IstioVersion } from '../../src/domain/version/istio-version.ts';
import type {
  MeshInstaller,
  RecoveredConfiguration,
  RenderedRelease,
} from '../../src/installers/installer.ts';
import { compareWithLive } from '../../src/installers/istioctl/compare-with-live.ts';
import { recoverySourceRefs } from '../../src/installers/istioctl/recovery-sources.ts';

export interface RevisionUnderTest {
  readonly version: IstioVersion;
  readonly revision: string;
  readonly meshNamespace: string;
}

/** A cluster on which `running` is installed and `target` is not. */
export interface InstallerContract {
  readonly installer: MeshInstaller;
  readonly kubernetes: KubernetesClient;
  readonly kubeconfig: string;
  readonly fieldManager: string;
  readonly tagFieldManager: string;
  readonly running: RevisionUnderTest;
  readonly target: RevisionUnderTest;
  /** A tag that points to `running`; it is moved to `target`. */
  readonly tag: string;
  /** The real install of `target`, with the settings that `running` was installed with. */
  installForReal(): Promise<void>;
  /** The real move of the tag to `target`. */
  tagForReal(): Promise<void>;
}

const READY_TIMEOUT_MS = 120_000;
const signal = AbortSignal.timeout(10 * 60_000);

/** Holds an installer to what the product relies on: a render that is applied equals a real install. */
export function describeInstallerContract(name: string, open: () => InstallerContract): void {
  describe(`installer contract: ${name}`, () => {
    let contract: InstallerContract;
    let configuration: RecoveredConfiguration;
    let release: RenderedRelease;

    beforeAll(async () => {
      contract = open();
      configuration = await recover(contract);
      release = await contract.installer.render({ ...contract.target, configuration }, signal);
    }, READY_TIMEOUT_MS);

    it('recovers a configuration from which the running version renders what is in the cluster', async () => {
      const { installer, running } = contract;

      const again = await installer.render({ ...running, configuration }, signal);

      expect(configuration.unknowns).toEqual([]);
      expect(again.warnings).toEqual([]);
      expect(await differences(contract, again)).toEqual([]);
    });

    it('renders the same twice', async () => {
      const { installer, target } = contract;

      const again = await installer.render({ ...target, configuration }, signal);

      expect(again.digest).toBe(release.digest);
    });

    it('passes the precheck of the target', async () => {
      const { installer, target, kubeconfig } = contract;

      expect(await installer.precheck({ ...target, kubeconfig }, signal)).toEqual([]);
    });

    it('finds nothing that stops an upgrade in the analysis of a mesh without faults', async () => {
      const { installer, running, target, kubeconfig } = contract;
      const { revision } = running;

      const findings = await installer.analyze({ ...target, revision, kubeconfig }, signal);

      expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
      // Some namespaces are outside of the mesh: that it says so shows that it looked.
      expect(findings).toContainEqual(
        expect.objectContaining({ code: 'IstioctlAnalyze', severity: 'info' }),
      );
    });

    it(
      'gives, applied without force, what a real install gives: that one changes nothing any more',
      async () => {
        await applyAll(contract, release);
        await becomeReady(contract);
        const before = await states(contract, release);

        await contract.installForReal();

        expect(await states(contract, release)).toEqual(before);
        expect(await differences(contract, release)).toEqual([]);
      },
      READY_TIMEOUT_MS * 2,
    );

    it('gives tags that a real move of the tag changes nothing about', async () => {
      const { installer, kubernetes, target, tag, kubeconfig } = contract;
      const objects = await installer.renderTag({ ...target, tag, kubeconfig }, signal);
      for (const object of objects) {
        await kubernetes.apply(object, { fieldManager: contract.tagFieldManager });
      }
      const before = await Promise.all(objects.map(async (object) => state(contract, object)));

      await contract.tagForReal();

      const after = await Promise.all(objects.map(async (object) => state(contract, object)));
      expect(after).toEqual(before);
      expect(after.length).toBeGreaterThan(0);
    }, 60_000);
  });
}

async function recover({
  installer,
  kubernetes,
  running,
}: InstallerContract): Promise<RecoveredConfiguration> {
  const refs = recoverySourceRefs(running.revision, running.meshNamespace);
  const found = await Promise.all(refs.map(async (ref) => kubernetes.get(ref)));
  const live = found.filter((object) => object !== undefined);
  return installer.recoverConfiguration({ ...running, live }, signal);
}

async function applyAll(
  { kubernetes, fieldManager }: InstallerContract,
  { objects }: RenderedRelease,
): Promise<void> {
  for (const { object } of objects) await kubernetes.apply(object, { fieldManager });
}

async function becomeReady({ kubernetes, target }: InstallerContract): Promise<void> {
  const ref = recoverySourceRefs(target.revision, target.meshNamespace).find(
    ({ kind }) => kind === 'Deployment',
  );
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (ref !== undefined && !isReady(await kubernetes.get(ref))) {
    if (Date.now() > deadline) throw new Error(`${formatRef(ref)} did not become ready`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function isReady(object: KubernetesObject | undefined): boolean {
  const wanted = numberIn(object?.['spec'], 'replicas');
  return wanted !== undefined && wanted === numberIn(object?.['status'], 'readyReplicas');
}

function numberIn(value: unknown, key: string): number | undefined {
  const member: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof member === 'number' ? member : undefined;
}

/** An install resets what istiod then sets again, so the validator's history is its own. */
async function states(
  contract: InstallerContract,
  { objects }: RenderedRelease,
): Promise<Record<string, string>> {
  const entries = await Promise.all(
    objects
      .filter(({ object }) => object.kind !== 'ValidatingWebhookConfiguration')
      .map(
        async ({ object }) => [formatRef(refOf(object)), await state(contract, object)] as const,
      ),
  );
  return Object.fromEntries(entries);
}

async function state({ kubernetes }: InstallerContract, object: KubernetesObject): Promise<string> {
  const ref: ObjectRef = refOf(object);
  const live = await kubernetes.get(ref);
  // A Deployment's status changes without anybody's doing: its generation tells of its settings.
  return live?.kind === 'Deployment'
    ? `generation ${live.metadata.generation ?? 'absent'}`
    : `resourceVersion ${live?.metadata.resourceVersion ?? 'absent'}`;
}

/** Of the Pilot objects: Base belongs to whichever revision was installed last. */
async function differences(
  { kubernetes }: InstallerContract,
  { objects }: RenderedRelease,
): Promise<unknown[]> {
  const found = await Promise.all(
    objects
      .filter(({ component }) => component === 'Pilot')
      .map(async ({ object }) => {
        const live = await kubernetes.get(refOf(object));
        return live === undefined
          ? [`${formatRef(refOf(object))} is absent`]
          : compareWithLive(object, live).map((difference) => ({
              object: formatRef(refOf(object)),
              ...difference,
            }));
      }),
  );
  return found.flat();
}
