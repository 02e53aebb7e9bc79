import type * as ThreadTeam from '../../sweep/thread-team.ts';

/**
 * Runs on several threads, as built (`npm test` builds first): a thread that compiles the sources takes more than a second to start.
 */
const built = new URL('../../dist/sweep/thread-team.js', import.meta.url).href;

export const { checkThreads, runOnThreads, usefulThreads } = (await import(built)) as typeof ThreadTeam;
