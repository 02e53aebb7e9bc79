import { describe, expect, test } from 'vitest';
import { displayUnit, formatExact, formatMeasure, formatNumber, measureOfColumn, measureOfKey } from '../../../analysis/charts/format.ts';

describe('numbers for people', () => {
  test('times and sizes are shown in the largest unit of which they hold at least one', () => {
    expect(formatMeasure(0.0005, 'microseconds')).toBe('500 ps');
    expect(formatMeasure(4.33792, 'microseconds')).toBe('4.338 µs');
    expect(formatMeasure(1203.5, 'microseconds')).toBe('1.204 ms');
    expect(formatMeasure(67_108_864, 'bytes')).toBe('64 MiB');
    expect(formatMeasure(0, 'bytes')).toBe('0 B');
    expect(displayUnit('bits-per-second', 400e9)).toEqual({ factor: 1e9, symbol: 'Gbit/s' });
  });

  test('swept values are exact, so that two of them never look the same', () => {
    expect(formatExact(2 ** 20, 'bytes')).toBe('1 MiB');
    expect(formatExact(2 ** 20 + 1, 'bytes')).toBe('1048577 B');
    expect(formatExact(45_760, 'bytes')).toBe('45760 B');
    expect(formatExact(500_000, 'picoseconds')).toBe('500 ns');
    expect(formatExact(15e6, 'picoseconds')).toBe('15 µs');
    expect(formatExact(400e9, 'bits-per-second')).toBe('400 Gbit/s');
  });

  test('plain numbers have four significant digits, commas, and no exponent', () => {
    expect(formatNumber(7_311_360)).toBe('7,311,360');
    expect(formatNumber(1.23456)).toBe('1.235');
    expect(formatNumber(0.00001234)).toBe('0.00001234');
    expect(formatNumber(-0)).toBe('0');
    expect(formatNumber(1234.5678)).toBe('1,235');
  });

  test('the keys of the config that carry a unit are known by their names', () => {
    const keys = [
      'workload.size',
      'switch.queue',
      'switch.ecn.low',
      'nic.mtu',
      'transport.initialWindow',
      'workload.dispatchBytesPerToken',
    ];
    expect(keys.map(measureOfKey)).toEqual(keys.map(() => 'bytes'));
    const times = [
      'topology.hostLink.delay',
      'stop.at',
      'transport.rto',
      'transport.nackInterval',
      'balancer.batchWindow',
      'balancer.startJitter',
    ];
    expect(times.map(measureOfKey)).toEqual(times.map(() => 'picoseconds'));
    expect(['topology.fabricLink.rate', 'transport.minRate'].map(measureOfKey)).toEqual(['bits-per-second', 'bits-per-second']);
    expect(['topology.spines', 'balancer.k', 'workload.topk', 'balancer'].map(measureOfKey)).toEqual(['plain', 'plain', 'plain', 'plain']);
    expect(['fct_p99_us', 'queue_max_bytes', 'drops'].map(measureOfColumn)).toEqual(['microseconds', 'bytes', 'plain']);
  });
});
