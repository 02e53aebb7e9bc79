import { RandomStream } from '../random-stream.ts';
import { BIT_ORACLES } from './bit-oracles.ts';
import { CHANNEL_ORACLES } from './channel-oracles.ts';
import { FORMULA_ORACLES } from './formula-oracles.ts';
import { LINK_ORACLES } from './link-oracles.ts';
import { type Oracle, REPLICAS } from './oracle.ts';
import { QUEUE_ORACLES } from './queue-oracles.ts';

/** Every closed form of the specification, by row. */
export const ORACLES: readonly Oracle[] = [
  ...BIT_ORACLES,
  ...CHANNEL_ORACLES,
  ...LINK_ORACLES,
  ...QUEUE_ORACLES,
  ...FORMULA_ORACLES,
].toSorted((a, b) => a.row - b.row);

/** Independent estimates of an oracle, replica i at seed i + 1 of its own stream; null: there is nothing to simulate. */
export function replicasOf(oracle: Oracle): Float64Array | null {
  const { replica, name, point } = oracle;
  if (replica === null) return null;
  return Float64Array.from({ length: REPLICAS }, (_, i) => replica(new RandomStream(i + 1, `validate ${name} ${point}`, 0), i + 1));
}
