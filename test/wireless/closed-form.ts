import { expect } from 'vitest';
import { fromDb } from '../../wireless/math/decibel.ts';
import { MODE_TABLES } from '../../wireless/phy/modes.ts';

/** All digits that a reference prints. */
export const digits = (value: number, shown: string): void => {
  const [mantissa] = shown.toLowerCase().split('e');
  const significant = mantissa!.replace(/^-?0*\.?0*/, '').replace('.', '').length;
  expect(Number(value.toPrecision(significant)), `${value} against ${shown}`).toBe(Number(shown));
};

/** 1e-9 relative; the files show ten digits. */
export const close = (value: number, expected: number): void => {
  expect(Math.abs(value - expected), `${value} against ${expected}`).toBeLessThanOrEqual(1e-9 * Math.abs(expected));
};

export const TM2 = MODE_TABLES.TM2;
export const SNR_15_DB = fromDb(15);
export const SLOT_S = 2e-3;
