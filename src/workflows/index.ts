export { downgradeMesh } from './downgrade-mesh.ts';
export { openMaintenanceWindow } from './open-maintenance-window.ts';
export { refreshProxies } from './refresh-proxies.ts';
export { rollbackMesh } from './rollback-mesh.ts';
export { upgradeMesh } from './upgrade-mesh.ts';
