import canonicalize from 'canonicalize';
import type { MeshInstaller } from './installer.ts';

/** A run renders the same releases before and under its lock; a worker has few runs at a time. */
const REMEMBERED = 8;

/**
 * The same installer, which does not render again what it has just rendered: rendering is a pure
 * function of the request and the binary. What failed is not remembered.
 */
export function rememberRenders(installer: MeshInstaller): MeshInstaller {
  const recovered = remember(installer, installer.recoverConfiguration.bind(installer));
  const rendered = remember(installer, installer.render.bind(installer));
  return { ...installer, recoverConfiguration: recovered, render: rendered };
}

type Ask<Q, A> = (request: Q, signal: AbortSignal) => Promise<A>;

function remember<Q extends { readonly version: Parameters<MeshInstaller['binaryDigest']>[0] }, A>(
  { binaryDigest }: Pick<MeshInstaller, 'binaryDigest'>,
  ask: Ask<Q, A>,
): Ask<Q, A> {
  const answers = new Map<string, A>();
  return async (request, signal) => {
    const key = canonicalize([await binaryDigest(request.version, signal), request]) ?? '';
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = await ask(request, signal);
    const [oldest] = answers.keys();
    if (oldest !== undefined && answers.size >= REMEMBERED) answers.delete(oldest);
    answers.set(key, answer);
    return answer;
  };
}
