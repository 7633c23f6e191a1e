export { upgradeMesh } from './upgrade-mesh.ts';
