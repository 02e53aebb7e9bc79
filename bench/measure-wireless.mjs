// One measurement of a cell in a process of its own: reads { config, leastSeconds } from standard input, prints one line of JSON.
// Measures the built program (dist/), not the sources through a loader.
import { readFileSync } from 'node:fs';
import { raiseInliningBudget } from '../dist/cli/inlining-budget.js';
import { wirelessScenarioOf } from '../dist/sweep/library.js';
import { runCell } from '../dist/wireless/run.js';

// As the command does.
raiseInliningBudget();
const { config, leastSeconds } = JSON.parse(readFileSync(0, 'utf8'));
const scenario = await wirelessScenarioOf(config);

/** What two runs must have in common. */
const modelOf = ({ slots, users, joules }) => ({
  slots,
  joules: joules.reduce((sum, each) => sum + each, 0),
  attempts: users.reduce((sum, { attempts }) => sum + attempts, 0),
  delivered: users.reduce((sum, { deliveredPdus }) => sum + deliveredPdus, 0),
});

// Once unmeasured: what is measured runs compiled.
const model = modelOf(runCell(scenario));
let userSeconds = 0;
let runs = 0;
do {
  const before = process.cpuUsage();
  const counts = runCell(scenario);
  userSeconds += process.cpuUsage(before).user / 1e6;
  runs++;
  if (JSON.stringify(modelOf(counts)) !== JSON.stringify(model)) throw new Error('two runs of one scenario differ');
} while (userSeconds < leastSeconds);

console.log(JSON.stringify({ model, userSeconds: userSeconds / runs, peakRssBytes: process.resourceUsage().maxRSS * 1024 }));
