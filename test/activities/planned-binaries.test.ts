import { describe, expect, it } from '@jest/globals';
import { assertPlannedBinary, binaryDigests } from '../../src/activities/planned-binaries.ts';
import { version } from '../support/sample-mesh.ts';

const [OLD, NEW] = [version('1.25.1'), version('1.26.1')];
const installer = { binaryDigest: async (of: string) => `sha256:${of}` };

describe('the binaries of a plan', () => {
  it('are carried by their digests, by version', async () => {
    expect(await binaryDigests(installer, [OLD, NEW])).toEqual({
      '1.25.1': 'sha256:1.25.1',
      '1.26.1': 'sha256:1.26.1',
    });
  });

  it('have to be the same for the whole run', async () => {
    const binaries = await binaryDigests(installer, [OLD, NEW]);
    await expect(assertPlannedBinary(installer, { binaries }, NEW)).resolves.toBeUndefined();

    const another = { binaryDigest: async () => 'sha256:other' };

    await expect(assertPlannedBinary(another, { binaries }, NEW)).rejects.toMatchObject({
      type: 'InstallerFailed',
      message: expect.stringContaining('(sha256:1.26.1), found sha256:other'),
    });
  });
});
