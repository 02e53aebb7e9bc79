import { describe, expect, test } from 'vitest';
import { arena, doubles, LINE_WORDS, Region } from '../../sim/engine/arena.ts';

describe('the arena', () => {
  test('is one block of memory, as words and as doubles', () => {
    expect(arena.buffer).toBe(doubles.buffer);
    expect(arena.length).toBe(2 * doubles.length);
  });

  test('gives tables that are zero and begin on a cache line, also where others were before', () => {
    const first = new Region();
    const at = first.words(100);
    arena.fill(7, at, at + 100);
    first.release();
    const second = new Region();
    expect(second.words(3)).toBe(at);
    const next = second.doubles(20);
    expect((2 * next) % LINE_WORDS).toBe(0);
    expect([...arena.subarray(at, at + 3), ...doubles.subarray(next, next + 20)].every((value) => value === 0)).toBe(true);
    second.release();
  });

  test('keeps what a region holds while others come and go, in any order', () => {
    const old = new Region();
    const young = new Region();
    const oldAt = old.words(10);
    const youngAt = young.words(10);
    arena[youngAt] = 5;
    old.release();
    const third = new Region();
    const thirdAt = third.words(1000);
    expect(thirdAt).toBeGreaterThan(youngAt);
    expect(arena[youngAt]).toBe(5);
    young.release();
    third.release();
    const last = new Region();
    expect(last.words(1)).toBe(oldAt);
    last.release();
  });

  test('counts what a region takes, and copies tables', () => {
    const region = new Region();
    const at = region.copy(Int32Array.of(4, 5, 6));
    expect([...arena.subarray(at, at + 3)]).toEqual([4, 5, 6]);
    region.words(17);
    expect(region.bytes).toBe(4 * 3 * LINE_WORDS);
    region.release();
  });

  test('refuses a table that does not fit, and goes on', () => {
    const region = new Region();
    expect(() => region.words(arena.length + 1)).toThrow(/more memory than the \d+ MiB/);
    expect(region.bytes).toBe(0);
    expect(region.words(1)).toBeGreaterThanOrEqual(0);
    region.release();
  });
});
