import type { V1ConfigMap } from '@kubernetes/client-node';
import type { ApiClient } from '../kubernetes/client.ts';
import { startInformer } from '../kubernetes/informer.ts';
import { TROUBLE_CONFIG_MAP, type TroubleName } from './trouble-names.ts';

export interface TroubleWatch {
  isOn(name: TroubleName): boolean;
}

/** Follows which troubles are on; `onChange` is told after each change. */
export async function watchTroubles(options: {
  readonly client: ApiClient;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
}): Promise<TroubleWatch> {
  const { namespace, name } = TROUBLE_CONFIG_MAP;
  const informer = await startInformer<V1ConfigMap>({
    client: options.client,
    signal: options.signal,
    path: `/api/v1/namespaces/${namespace}/configmaps?fieldSelector=metadata.name%3D${name}`,
    onChange: () => queueMicrotask(options.onChange),
    onDelete: () => queueMicrotask(options.onChange),
  });
  return { isOn: (trouble) => informer.items()[0]?.data?.[trouble] === 'on' };
}
