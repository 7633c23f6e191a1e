import { isTroubleName, listTroubles, setTrouble, TROUBLE_NAMES } from '../mesh/trouble.ts';
import { UsageError } from '../user-error.ts';
import { runningRig } from './running-rig.ts';

export type TroubleRequest =
  { readonly verb: 'list' } | { readonly verb: 'on' | 'off'; readonly trouble: string };

export async function runTrouble(name: string, request: TroubleRequest): Promise<void> {
  const { endpoints } = runningRig(name);
  const kubeconfig = endpoints.kubeconfigs.rig;
  if (request.verb !== 'list') {
    const { trouble, verb } = request;
    if (!isTroubleName(trouble)) {
      const known = TROUBLE_NAMES.join(', ');
      throw new UsageError(`there is no trouble "${trouble}"; there are ${known}`);
    }
    await setTrouble(kubeconfig, trouble, verb === 'on');
    process.stdout.write(`${trouble} is ${verb}\n`);
    return;
  }
  for (const { name: trouble, on, description } of await listTroubles(kubeconfig)) {
    process.stdout.write(`${trouble.padEnd(22)} ${on ? 'on ' : 'off'}  ${description}\n`);
  }
}
