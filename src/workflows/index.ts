export { downgradeMesh } from './downgrade-mesh.ts';
export { refreshProxies } from './refresh-proxies.ts';
export { rollbackMesh } from './rollback-mesh.ts';
export { upgradeMesh } from './upgrade-mesh.ts';
