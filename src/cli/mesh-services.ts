import type { MeshServices } from '../activities/services.ts';
import { collectOften } from '../collect-often.ts';
import type { CommandContext } from './context.ts';

/** What works against the cluster in the command's own process, without Temporal. */
export async function openMeshServices(context: CommandContext): Promise<MeshServices> {
  const config = await context.config();
  collectOften();
  const { createMeshServices } = await import('../activities/mesh-services.ts');
  return createMeshServices(config);
}
