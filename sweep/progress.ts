/** How far a sweep is; times are passed in, so that every line is a pure function of it. */
export interface SweepProgress {
  readonly total: number;
  /** Cells with a result, those taken over by `--resume` included. */
  readonly done: number;
  readonly reused: number;
  readonly failed: number;
  /** Labels of the cells that run now, oldest first. */
  readonly running: readonly string[];
  readonly elapsedSeconds: number;
}

/** A duration in the two largest units a person needs: `4.2 s`, `38 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Seconds still to go if the remaining cells take as long as those run so far; null before the first has ended. */
export function remainingSeconds(progress: SweepProgress): number | null {
  const ran = progress.done - progress.reused + progress.failed;
  if (ran === 0) return null;
  return (progress.elapsedSeconds / ran) * (progress.total - progress.done - progress.failed);
}

/** One line for a terminal, cut to `width` columns. */
export function barLine(progress: SweepProgress, width: number): string {
  const ended = progress.done + progress.failed;
  const filled = progress.total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * ended) / progress.total);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
  const [first, ...others] = progress.running;
  const running = first === undefined ? [] : [`running ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`];
  return [`${bar} ${plainLine(progress)}`, ...running].join('  ').slice(0, width);
}

const BAR_WIDTH = 24;

/** One line for a log. */
export function plainLine(progress: SweepProgress): string {
  const parts = [`${progress.done}/${progress.total} cells`];
  if (progress.reused > 0) parts.push(`${progress.reused} reused`);
  if (progress.failed > 0) parts.push(`${progress.failed} failed`);
  const left = remainingSeconds(progress);
  if (progress.done + progress.failed === progress.total) parts.push(`in ${formatDuration(progress.elapsedSeconds)}`);
  else if (left !== null) parts.push(`ETA ${formatDuration(left)}`);
  return parts.join('  ');
}

/** Least time between two lines of a log, and between two drawings of the bar. */
const PLAIN_INTERVAL_SECONDS = 5;
const BAR_INTERVAL_SECONDS = 0.1;

export interface ProgressSink {
  write(text: string): unknown;
}

/** Draws progress: one line that is rewritten on a terminal, a line every few seconds elsewhere. */
export class ProgressPrinter {
  readonly #sink: ProgressSink;
  readonly #columns: number | null;
  #lastSeconds = Number.NEGATIVE_INFINITY;
  #barShown = false;

  /** @param columns width of the terminal; null when there is none */
  constructor(sink: ProgressSink, columns: number | null) {
    this.#sink = sink;
    this.#columns = columns;
  }

  update(progress: SweepProgress): void {
    const interval = this.#columns === null ? PLAIN_INTERVAL_SECONDS : BAR_INTERVAL_SECONDS;
    if (progress.elapsedSeconds - this.#lastSeconds < interval) return;
    this.#lastSeconds = progress.elapsedSeconds;
    this.#draw(progress);
  }

  /** The last line, always printed; a bar stays on the screen. */
  finish(progress: SweepProgress): void {
    this.#draw(progress);
    if (this.#barShown) this.#sink.write('\n');
    this.#barShown = false;
  }

  /** A message of its own line: above the bar if there is one. */
  message(text: string): void {
    this.#sink.write(`${this.#barShown ? CLEAR_LINE : ''}${text}\n`);
    if (this.#barShown) this.#lastSeconds = Number.NEGATIVE_INFINITY;
    this.#barShown = false;
  }

  #draw(progress: SweepProgress): void {
    if (this.#columns === null) {
      this.#sink.write(`${plainLine(progress)}\n`);
      return;
    }
    this.#sink.write(`${this.#barShown ? CLEAR_LINE : ''}${barLine(progress, this.#columns - 1)}`);
    this.#barShown = true;
  }
}

/** Carriage return, then erase to the end of the line (ECMA-48 EL). */
const CLEAR_LINE = '\r\u001b[K';
