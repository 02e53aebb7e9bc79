import { InvalidArgumentError } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { earlyEnd } from '../../cli/early-end.ts';
import { parseWallLimit } from '../../cli/wall-limit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An early end that notes what it says. */
function watched(options: { readonly wallLimit?: string; readonly interruptStopsCells: boolean }) {
  const said: string[] = [];
  const { wallLimit, interruptStopsCells } = options;
  const limit = wallLimit === undefined ? null : parseWallLimit(wallLimit);
  return { said, end: earlyEnd({ wallLimit: limit, interruptStopsCells, say: (text) => said.push(text) }) };
}

test('Ctrl-C of a run raises the flag of the running cell', () => {
  const { said, end } = watched({ interruptStopsCells: true });
  process.emit('SIGINT');
  expect([end.stop.isRaised, end.signal.aborted, end.isInterrupted()]).toEqual([true, true, true]);
  expect(said).toEqual(['interrupted: ending with what there is; again to stop at once']);
  end.close();
});

test('Ctrl-C of a sweep starts no further cell and lets the running ones end', () => {
  const { said, end } = watched({ interruptStopsCells: false });
  process.emit('SIGTERM');
  expect([end.stop.isRaised, end.signal.aborted, end.isInterrupted()]).toEqual([false, true, true]);
  expect(said).toEqual(['interrupted: the running cells are finished and kept; again to stop at once']);
  end.close();
});

test('the second Ctrl-C ends the program at once', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  const { end } = watched({ interruptStopsCells: true });
  process.emit('SIGINT');
  expect(exit).not.toHaveBeenCalled();
  process.emit('SIGINT');
  expect(exit).toHaveBeenCalledWith(130);
  exit.mockRestore();
  end.close();
});

test('the wall limit ends the running cells and starts no further one, and is no interruption', () => {
  const { said, end } = watched({ wallLimit: '10m', interruptStopsCells: false });
  vi.advanceTimersByTime(600_000 - 1);
  expect([end.stop.isRaised, end.signal.aborted]).toEqual([false, false]);
  vi.advanceTimersByTime(1);
  expect([end.stop.isRaised, end.signal.aborted, end.isInterrupted()]).toEqual([true, true, false]);
  expect(said).toEqual(['the wall limit of 10m has passed: ending with what there is']);
  end.close();
});

test('once closed, neither clock nor signal is heard', () => {
  const listeners = process.listenerCount('SIGINT');
  const { said, end } = watched({ wallLimit: '1s', interruptStopsCells: true });
  end.close();
  vi.advanceTimersByTime(5000);
  expect([process.listenerCount('SIGINT'), vi.getTimerCount(), said]).toEqual([listeners, 0, []]);
});

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['10min', 600_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
  ['24d', 24 * 86_400_000],
])('a wall limit of %s', (text, ms) => {
  expect(parseWallLimit(text)).toEqual({ ms, text });
});

test.each(['10', '0s', '-1s', '1 h', '10M', '25d', '', 's', '1e3s'])('a wall limit of "%s" is refused', (text) => {
  expect(() => parseWallLimit(text)).toThrow(InvalidArgumentError);
});
