export { refreshProxies } from './refresh-proxies.ts';
export { upgradeMesh } from './upgrade-mesh.ts';
