/**
 * `npm test` draws its random cases from a fixed seed, so that two runs of one tree agree. `npm run test:nightly` sets NETSIM_SCENARIOS:
 * about that many random scenarios, and a new seed for every property, which it prints (NETSIM_SEED repeats it).
 */
const FIXED_SEED = 20_250_101;
/** Random scenarios that stand behind the `usual` runs of all properties together, and how many of them `npm test` draws, about. */
const USUAL_SCENARIOS = 2500;
const SCENARIOS_OF_NPM_TEST = 500;

const wanted = process.env.NETSIM_SCENARIOS;
export const IS_NIGHTLY = wanted !== undefined;
export const SEED = Number(process.env.NETSIM_SEED ?? FIXED_SEED);
const SCENARIOS = Number(wanted ?? SCENARIOS_OF_NPM_TEST);
if (!(Number.isInteger(SCENARIOS) && SCENARIOS > 0 && Number.isInteger(SEED))) {
  throw new TypeError(`NETSIM_SCENARIOS and NETSIM_SEED are whole numbers, not "${wanted}" and "${process.env.NETSIM_SEED}"`);
}

/** Runs of a property over random scenarios, by its share of them: `usual` of 2500. */
export const scenarioRuns = (usual: number): number => Math.ceil((usual * SCENARIOS) / USUAL_SCENARIOS);
