import { formatMeasure } from '../analysis/charts/format.ts';
import type { RunProgress } from '../sim/simulate.ts';
import type { Terminal } from './terminal.ts';

/** Progress of a single run: one line that is rewritten on a terminal, nothing elsewhere. */
export function runProgress(terminal: Terminal): { update(progress: RunProgress): void; finish(): void } {
  if (terminal.quiet || terminal.columns === null) return { update: () => {}, finish: () => {} };
  const startedMs = Date.now();
  let shownMs = startedMs;
  let shown = false;
  return {
    update: ({ timePs, packetHops }) => {
      const nowMs = Date.now();
      if (nowMs - shownMs < 200) return;
      shownMs = nowMs;
      shown = true;
      process.stderr.write(`\r\u001b[K${runLine(timePs, packetHops, (nowMs - startedMs) / 1000)}`);
    },
    finish: () => {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}

/** `simulated 1.204 ms, 12.5 million packet hops, 9.8 million a second`. */
export function runLine(timePs: number, packetHops: number, elapsedSeconds: number): string {
  const millions = (count: number): string => `${(count / 1e6).toFixed(1)} million`;
  const rate = elapsedSeconds > 0 ? `, ${millions(packetHops / elapsedSeconds)} a second` : '';
  return `simulated ${formatMeasure(timePs, 'picoseconds')}, ${millions(packetHops)} packet hops${rate}`;
}
