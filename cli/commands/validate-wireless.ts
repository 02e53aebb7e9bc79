import { verdicts } from '../../analysis/verdicts.ts';
import { ORACLES, replicasOf } from '../../wireless/validation/validate.ts';
import { REPLICAS, type Oracle } from '../../wireless/validation/oracle.ts';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';
import { alignedTable } from '../text-table.ts';

/** All oracles together are wrong about nothing with this probability or more. */
const LEVEL = 0.01;

/** One line of `netsim validate --wireless`. */
interface OracleLine {
  readonly row: number;
  readonly oracle: string;
  readonly point: string;
  readonly expected: number;
  readonly simulated: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly p_value: number | null;
  readonly verdict: 'agrees' | 'disagrees' | 'formula only';
}

/** Runs every wireless oracle against its experiment and prints the verdicts; false: one disagrees. */
export function validateWireless(terminal: Terminal, asJson: boolean): boolean {
  const replicas = ORACLES.map((oracle) => replicasOf(oracle));
  const simulated = ORACLES.flatMap((oracle, i) =>
    replicas[i] === null ? [] : [{ expected: oracle.expected, estimates: [...replicas[i]!] }],
  );
  const judged = verdicts(simulated, LEVEL)[Symbol.iterator]();
  const lines = ORACLES.map((oracle, i) => lineOf(oracle, replicas[i] === null ? null : judged.next().value!));
  const disagree = lines.filter(({ verdict }) => verdict === 'disagrees').length;
  if (asJson) terminal.out(jsonDocument({ level: LEVEL, replicas: REPLICAS, oracles: lines, disagree }));
  else {
    terminal.out(
      alignedTable({
        columns: ['row', 'oracle', 'point', 'closed form', 'simulated', '95 % interval', 'p', 'verdict'],
        rows: lines.map((line) => [
          String(line.row),
          line.oracle,
          line.point,
          shown(line.expected),
          shown(line.simulated),
          line.low === null ? '' : `${shown(line.low)} .. ${shown(line.high)}`,
          line.p_value === null ? '' : line.p_value.toFixed(3),
          line.verdict,
        ]),
      }),
    );
    const summary = disagree === 0 ? 'all agree' : `${disagree} disagree`;
    terminal.out(`${simulated.length} experiments of ${REPLICAS} replicas, together at the ${LEVEL * 100} % level (Holm): ${summary}\n`);
  }
  return disagree === 0;
}

function lineOf({ row, name, point, expected }: Oracle, verdict: ReturnType<typeof verdicts>[number] | null): OracleLine {
  const common = { row, oracle: name, point, expected };
  if (verdict === null) return { ...common, simulated: null, low: null, high: null, p_value: null, verdict: 'formula only' };
  const { mean, interval, pValue, holds } = verdict;
  return { ...common, simulated: mean, low: interval.low, high: interval.high, p_value: pValue, verdict: holds ? 'agrees' : 'disagrees' };
}

const shown = (value: number | null): string => (value === null ? '' : String(Number(value.toPrecision(6))));
