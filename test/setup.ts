import fc from 'fast-check';

/**
 * Property tests draw from a fixed seed, so that two runs of one tree agree. `npm run test:long` draws from a new seed and ten times
 * as often; a failure prints the seed and path that repeat it.
 */
const FIXED_SEED = 20_250_101;

if (process.env.NETSIM_LONG === '1') {
  const seed = Number(process.env.NETSIM_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.warn(`fast-check seed ${seed} (repeat with NETSIM_SEED=${seed})`);
  fc.configureGlobal({ seed, numRuns: 1000 });
} else {
  fc.configureGlobal({ seed: FIXED_SEED });
}
