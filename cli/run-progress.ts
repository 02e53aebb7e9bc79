import { formatMeasure } from '../analysis/charts/format.ts';
import type { RunProgress } from '../sim/packet-run.ts';
import { formatDuration } from '../sweep/progress.ts';
import type { ProgressSink } from '../sweep/progress.ts';
import type { Terminal } from './terminal.ts';

/** Seconds between two drawings of the line on a terminal, and between two lines of a log: a short run leaves none there. */
const LINE_INTERVAL_SECONDS = 0.2;
const LOG_INTERVAL_SECONDS = 10;

/** Carriage return, then erase to the end of the line (ECMA-48 EL). */
const CLEAR_LINE = '\r\u001b[K';

/** How far a run was, and when. */
interface Reading {
  readonly progress: RunProgress;
  readonly elapsedSeconds: number;
}

/** Progress of a single run: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class RunProgressPrinter {
  readonly #sink: ProgressSink;
  readonly #columns: number | null;
  /** Speed is measured from here: before it the fabric and the traffic were built. */
  #first: Reading | null = null;
  #lastSeconds = 0;
  #isLineShown = false;

  /** @param columns width of the terminal; null when there is none */
  constructor(sink: ProgressSink, columns: number | null) {
    this.#sink = sink;
    this.#columns = columns;
  }

  update(progress: RunProgress, elapsedSeconds: number): void {
    this.#first ??= { progress, elapsedSeconds };
    const interval = this.#columns === null ? LOG_INTERVAL_SECONDS : LINE_INTERVAL_SECONDS;
    if (elapsedSeconds - this.#lastSeconds < interval) return;
    this.#lastSeconds = elapsedSeconds;
    const line = runLine(this.#first, { progress, elapsedSeconds });
    if (this.#columns === null) {
      this.#sink.write(`${line}\n`);
      return;
    }
    this.#sink.write(`${this.#isLineShown ? CLEAR_LINE : ''}${line.slice(0, this.#columns - 1)}`);
    this.#isLineShown = true;
  }

  /** Takes the line away: what follows starts on an empty one. */
  clear(): void {
    if (this.#isLineShown) this.#sink.write(CLEAR_LINE);
    this.#isLineShown = false;
  }
}

/**
 * `simulated 1.204 ms · 12.5 M hops · 9.8 M hops/s · 43 % · ETA 12 s`. The share is that of the data packets that have been sent; the
 * rest is taken to go as fast as what went between the two readings.
 */
export function runLine(first: Reading, now: Reading): string {
  const { timePs, packetHops, packets, packetsTotal } = now.progress;
  const millions = (count: number): string => `${(count / 1e6).toFixed(1)} M hops`;
  const seconds = now.elapsedSeconds - first.elapsedSeconds;
  const sent = packets - first.progress.packets;
  return [
    `simulated ${formatMeasure(timePs, 'picoseconds')}`,
    millions(packetHops),
    ...(seconds > 0 ? [`${millions((packetHops - first.progress.packetHops) / seconds)}/s`] : []),
    ...(packetsTotal > 0 ? [`${Math.floor((100 * packets) / packetsTotal)} %`] : []),
    ...(sent > 0 && packets < packetsTotal ? [`ETA ${formatDuration((seconds * (packetsTotal - packets)) / sent)}`] : []),
  ].join(' · ');
}

/** What a command follows its one run with; the clock starts when it is made. */
export interface RunDisplay {
  update(progress: RunProgress): void;
  /** A line for the user; shown with `--quiet` too. */
  message(text: string): void;
  clear(): void;
}

/** @param stopPackets of the scenario: a run that ends early needs that many data packets only */
export function runDisplay(terminal: Terminal, stopPackets: number | null): RunDisplay {
  if (terminal.quiet) return { update: () => {}, message: (text) => terminal.err(text), clear: () => {} };
  const printer = new RunProgressPrinter(process.stderr, terminal.columns);
  const startedMs = Date.now();
  return {
    update: (progress) => {
      const packetsTotal = Math.min(progress.packetsTotal, stopPackets ?? Infinity);
      printer.update({ ...progress, packetsTotal }, (Date.now() - startedMs) / 1000);
    },
    message: (text) => {
      printer.clear();
      terminal.err(text);
    },
    clear: () => printer.clear(),
  };
}
