import { createArtefactStore } from '../../artefacts/artefact-store.ts';
import type { ArtefactSettings } from '../../artefacts/source.ts';
import type { CommandRunner } from '../../clients/command-runner.ts';
import type { InstallerCapabilities, MeshInstaller } from '../installer.ts';
import { runAnalyze } from './analyze.ts';
import { createBinaryStore, type InstallerBinary } from './binaries.ts';
import { kubeInject } from './kube-inject.ts';
import { runPrecheck } from './precheck.ts';
import { assertPrintedVersion } from './printed-version.ts';
import { recoverConfiguration } from './recovery/recover-configuration.ts';
import { renderRelease } from './render.ts';
import { renderTag } from './tag.ts';

export { InstallerBinaryError, type InstallerBinary } from './binaries.ts';
export { compareWithLive, type RenderDifference } from './compare-with-live.ts';
export { ManifestError } from './manifest.ts';
export { ISTIOCTL_FIELD_MANAGER } from './owner-labels.ts';
export { nameInRevision, RECOVERY_SOURCES, recoverySourceRefs } from './recovery-sources.ts';
export { TAG_FIELD_MANAGER } from './tag.ts';
export { UnreadableConfigurationError } from './recovery/values.ts';

const CAPABILITIES: InstallerCapabilities = {
  strategies: ['canary', 'in-place'],
  revisionTags: 'managed-here',
  ownsCrds: true,
};

export interface IstioctlInstallerOptions {
  readonly commands: CommandRunner;
  /** By version. */
  readonly binaries: Readonly<Record<string, InstallerBinary>>;
  /** Where the binaries of other versions come from. */
  readonly artefacts?: ArtefactSettings | undefined;
}

/** Istio by its own `istioctl`, one binary per version, used only to render and to check. */
export function createIstioctlInstaller(options: IstioctlInstallerOptions): MeshInstaller {
  const { commands, artefacts } = options;
  const binaries = createBinaryStore(options.binaries, {
    ...(artefacts === undefined ? {} : { artefacts: createArtefactStore(artefacts) }),
    checkVersion: async (binary, signal) => assertPrintedVersion(commands, binary, signal),
  });
  const tools = { commands, binaries };
  return {
    id: 'istioctl',
    capabilities: CAPABILITIES,
    versions: () => binaries.versions(),
    binaryDigest: async (version, signal) => binaries.digest(version, signal),
    recoverConfiguration: async (request, signal) => recoverConfiguration(tools, request, signal),
    render: async (request, signal) => renderRelease(tools, request, signal),
    renderTag: async (request, signal) => renderTag(tools, request, signal),
    precheck: async (request, signal) => runPrecheck(tools, request, signal),
    inject: async (request, signal) => kubeInject(tools, request, signal),
    analyze: async (request, signal) => runAnalyze(tools, request, signal),
  };
}
