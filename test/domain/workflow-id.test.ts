import { expect, it } from '@jest/globals';
import { makeMeshWorkflowId } from '../../src/domain/workflow-id.ts';

it('is made of the cluster alone, so that one run at a time changes a mesh', () => {
  expect(makeMeshWorkflowId({ cluster: 'prod-eu' })).toBe('mesh/prod-eu');
});
