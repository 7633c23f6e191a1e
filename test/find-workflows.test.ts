import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findWorkflows } from '../src/find-workflows.ts';

let dir: string;
const urlOf = (worker: string): string => pathToFileURL(path.join(dir, worker)).href;
const bundle = (name: string): string => {
  const file = path.join(dir, name);
  writeFileSync(file, '');
  return file;
};

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'meshlift-workflows-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

describe('the workflows of a worker', () => {
  it.each(['worker.ts', 'worker.js'])(
    'are the source beside %s where none is bundled',
    (worker) => {
      const source = (name: string): string =>
        path.join(dir, 'workflows', worker.replace('worker', name));

      expect(findWorkflows({}, urlOf(worker))).toEqual({
        workflowsPath: source('index'),
        dataConverter: { payloadConverterPath: source('payload-converter') },
      });
    },
  );

  it('are the bundle beside the worker where there is one', () => {
    const codePath = bundle('workflow-bundle.js');

    expect(findWorkflows({}, urlOf('worker.js'))).toEqual({ workflowBundle: { codePath } });
  });

  it('are the bundle that is named, before the one beside the worker', () => {
    bundle('workflow-bundle.js');
    const codePath = bundle('other.js');

    const found = findWorkflows({ workflowBundle: codePath }, urlOf('worker.js'));

    expect(found).toEqual({ workflowBundle: { codePath } });
  });

  it('are refused where a bundle is named that is not there, whatever lies beside the worker', () => {
    bundle('workflow-bundle.js');
    const workflowBundle = path.join(dir, 'gone.js');

    expect(() => findWorkflows({ workflowBundle }, urlOf('worker.js'))).toThrow(workflowBundle);
  });
});
