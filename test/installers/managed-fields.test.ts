import { describe, expect, it } from '@jest/globals';
import { deploymentAsInstalled } from '../../src/installers/istioctl/recovery/live-objects.ts';
import {
  foreignFields,
  installedFields,
  installedView,
} from '../../src/installers/istioctl/recovery/managed-fields.ts';
import { appliedByInstaller, kubernetesObject, managedBy } from './support.ts';

const env = (name: string): string => `k:${JSON.stringify({ name })}`;
const container = (fields: object): object => ({
  'f:spec': { 'f:containers': { [env('discovery')]: fields } },
});
const object = kubernetesObject('Deployment', 'istiod', {
  metadata: {
    managedFields: [
      appliedByInstaller(
        container({
          'f:args': {},
          'f:env': {
            [env('A')]: { '.': {}, 'f:name': {}, 'f:value': {} },
            [env('B')]: { '.': {}, 'f:name': {} },
          },
        }),
      ),
      managedBy(
        'kubectl-edit',
        'Update',
        container({ 'f:env': { [env('B')]: { 'f:value': {} } } }),
      ),
      managedBy('kubectl-set', 'Update', {
        'f:spec': {
          'f:containers': {
            [env('discovery')]: {
              'f:env': { [env('C')]: { '.': {}, 'f:name': {}, 'f:value': {} } },
            },
          },
        },
      }),
      managedBy('kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} } }),
      {
        ...managedBy('kubectl', 'Update', { 'f:spec': { 'f:replicas': {} } }),
        subresource: 'scale',
      },
    ],
  },
  spec: {
    replicas: 3,
    containers: [
      {
        name: 'discovery',
        args: ['discovery', '--x'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: 'by hand' },
          { name: 'C', value: 'added' },
        ],
      },
    ],
  },
});

describe('installedView', () => {
  it('has what the installer applied, without what others changed or added', () => {
    expect(installedView(object)).toEqual({
      spec: {
        containers: [
          {
            name: 'discovery',
            args: ['discovery', '--x'],
            env: [{ name: 'A', value: '1' }, { name: 'B' }],
          },
        ],
      },
    });
  });

  it('is unknown where the installer never applied', () => {
    expect(installedView(kubernetesObject('Service', 'istiod'))).toBeUndefined();
  });
});

describe('installedFields', () => {
  it('does not look into a list that is applied whole', () => {
    expect(installedFields(object)).toMatchObject({
      spec: { containers: [{ name: 'discovery', args: true }] },
    });
  });
});

describe('foreignFields', () => {
  it('names who changed and who added what; scaling and controllers do not count', () => {
    expect(foreignFields(object)).toEqual([
      { manager: 'kubectl-edit', path: 'spec.containers[name="discovery"].env[name="B"].value' },
      { manager: 'kubectl-set', path: 'spec.containers[name="discovery"].env[name="C"]' },
    ]);
  });
});

describe('deploymentAsInstalled', () => {
  it('leaves out a variable whose value somebody took over, and keeps one that is empty', () => {
    const container = {
      name: 'discovery',
      env: [{ name: 'EMPTY' }, { name: 'TAKEN', value: 'by hand' }, { name: 'OURS', value: '1' }],
    };
    const named = { '.': {}, 'f:name': {} };
    const fields = {
      '.': {},
      'f:name': {},
      'f:env': {
        [env('EMPTY')]: named,
        [env('TAKEN')]: named,
        [env('OURS')]: { ...named, 'f:value': {} },
      },
    };
    const managedFields = [
      appliedByInstaller({
        'f:spec': {
          'f:template': { 'f:spec': { 'f:containers': { [env('discovery')]: fields } } },
        },
      }),
    ];

    const installed = deploymentAsInstalled(
      kubernetesObject('Deployment', 'istiod', {
        metadata: { managedFields },
        spec: { template: { spec: { containers: [container] } } },
      }),
    );

    expect(installed).toEqual({
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'discovery', env: [{ name: 'EMPTY' }, { name: 'OURS', value: '1' }] },
            ],
          },
        },
      },
    });
  });
});
