import { createFakeKubernetes } from '../support/fake-kubernetes.ts';
import { describeKubernetesContract } from './kubernetes-contract.ts';

const cluster = createFakeKubernetes();

describeKubernetesContract('the fake', () => cluster);
