import { StopFlag } from '../sweep/stop-flag.ts';
import { onInterrupt } from './interrupt.ts';
import type { WallLimit } from './wall-limit.ts';

/** What ends a command before its cells are done. */
export interface EarlyEnd {
  /** Aborts when no further cell is to start. */
  readonly signal: AbortSignal;
  /** Raised when the running cells are to end too. */
  readonly stop: StopFlag;
  /** There was a Ctrl-C (or SIGTERM); else only the clock can have ended anything. */
  isInterrupted(): boolean;
  /** Nothing of it is left behind. */
  close(): void;
}

export interface EarlyEndOptions {
  /** null: no limit. */
  readonly wallLimit: WallLimit | null;
  /** Whether the first Ctrl-C ends the running cells, too; the second one ends the program in any case. */
  readonly interruptStopsCells: boolean;
  /** Tells the user what is going on. */
  readonly say: (text: string) => void;
}

/** Hears Ctrl-C and watches the clock until it is closed. */
export function earlyEnd({ wallLimit, interruptStopsCells, say }: EarlyEndOptions): EarlyEnd {
  const stop = new StopFlag();
  const timeUp = new AbortController();
  const interrupt = onInterrupt(() => {
    if (interruptStopsCells) stop.raise();
    say(
      `interrupted: ${interruptStopsCells ? 'ending with what there is' : 'the running cells are finished and kept'}; again to stop at once`,
    );
  });
  const onTimeUp = (): void => {
    stop.raise();
    timeUp.abort();
    say(`the wall limit of ${wallLimit!.text} has passed: ending with what there is`);
  };
  const timer = wallLimit === null ? null : setTimeout(onTimeUp, wallLimit.ms);
  return {
    signal: AbortSignal.any([interrupt.signal, timeUp.signal]),
    stop,
    isInterrupted: () => interrupt.signal.aborted,
    close: () => {
      interrupt.stop();
      if (timer !== null) clearTimeout(timer);
    },
  };
}
