import type { WindowPhase } from '../../domain/rollout/window-phase.ts';

/** In what time a change may be made. */
export interface WindowNeed {
  readonly phase: WindowPhase;
  /** Names of windows any of which is enough; absent: none is needed, and freezes alone count. */
  readonly windows?: readonly string[];
  /** What begins takes that long and is not begun where it cannot end; absent: a moment. */
  readonly seconds?: number;
}

/** Given with everything that changes the mesh; absent where nothing holds it back. */
export interface InTime {
  readonly window?: WindowNeed;
}
