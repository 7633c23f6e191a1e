import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { versionFactsOf } from '../../src/domain/version/version-facts.ts';
import { version } from '../support/sample-mesh.ts';
import { blocksOf, readDocument } from './markdown.ts';

const DOCUMENT = readDocument('docs/versions.md');
const [EXAMPLE = ''] = blocksOf(DOCUMENT, 'yaml');
const SMALLEST = 'apiVersion: meshlift.dev/v1alpha1\nclusters: { demo: { kubeconfig: x } }\n';

describe('the page about versions', () => {
  it('has an example of facts of one’s own that can be read and says what it says it does', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'meshlift-versions-'));
    try {
      const file = path.join(folder, 'meshlift.yaml');
      writeFileSync(file, `${SMALLEST}${EXAMPLE}`);

      const { versions } = loadConfig(file);

      expect(versionFactsOf(versions, version('1.32.1'))).toEqual({
        version: '1.32.1',
        minor: '1.32',
        released: '2026-11-30',
        supportEnds: '2027-07-12',
        minimumKubernetes: 33,
        testedKubernetes: 37,
        withdrawnBecause: 'the platform team saw it leak memory',
        source: 'https://wiki.example.com/istio',
        asOf: '2026-12-01',
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
