import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { columnAxis, fittingTicks, positionOn, valueAxis } from '../../../analysis/charts/axes.ts';
import { parseXml, texts } from '../well-formed.ts';
import { escapeXml, textElement, wrapText } from '../../../analysis/charts/svg.ts';

describe('axes', () => {
  test('values that span a decade stand on a logarithmic axis, others on a linear one from 0', () => {
    expect(valueAxis('t', 1, 9, 0)).toMatchObject({ kind: 'linear', domain: [0, expect.any(Number)] });
    expect(valueAxis('t', 1, 10, 0).kind).toBe('log');
    expect(valueAxis('t', 0, 1000, 0).kind).toBe('linear');
  });

  test('a logarithmic axis has ticks at powers of ten, with 2 and 5 between few of them', () => {
    expect(valueAxis('t', 1, 100, 0).ticks.map(({ label }) => label)).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    expect(valueAxis('t', 1, 1e6, 0).ticks.map(({ label }) => label)).toEqual([
      '1',
      '10',
      '100',
      '1,000',
      '10,000',
      '100,000',
      '1,000,000',
    ]);
  });

  test('the title of an axis holds its unit', () => {
    expect(columnAxis('completion_time_us', [1500, 2500]).axis.title).toBe('completion time (ms)');
    expect(columnAxis('max_link_load_bytes', [2 ** 21]).axis.title).toBe('load of the busiest link (MiB)');
    expect(columnAxis('slowdown', [1.2]).axis.title).toBe('slowdown (completion / lower bound)');
    expect(columnAxis('drops', [3]).axis.title).toBe('drops');
  });

  test.prop([
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    fc.double({ min: 1, max: 1e12, noNaN: true }),
    fc.integer({ min: 20, max: 800 }),
    fc.integer({ min: 5, max: 80 }),
  ])('tick labels never overlap, and every value lies on the axis', (low, factor, length, label) => {
    const axis = valueAxis('t', low, low * factor, 0);
    const at = positionOn(axis, 0, length);
    const places = fittingTicks(axis, length, () => label).map(({ value }) => at(value));
    places.slice(1).forEach((place, i) => expect(place - places[i]!).toBeGreaterThanOrEqual(label));
    for (const value of [low, low * factor]) {
      expect(at(value)).toBeGreaterThanOrEqual(-1e-6);
      expect(at(value)).toBeLessThanOrEqual(length + 1e-6);
    }
  });

  test.prop([fc.string({ unit: 'binary' })])('any text survives as text in XML, but for characters that XML forbids', (text) => {
    const [shown] = texts(parseXml(`<svg>${textElement(0, 0, text)}</svg>`));
    // Forbidden are the control characters but tab and newlines, lone surrogates, U+FFFE and U+FFFF.
    const allowed = [...text].map((c) => (/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]$/u.test(c) ? c : '\uFFFD')).join('');
    expect(shown).toBe(allowed);
    expect(escapeXml(text)).not.toMatch(/[<>"']/);
  });

  test.prop([fc.string({ maxLength: 60 }), fc.integer({ min: 3, max: 20 })])(
    'wrapped lines hold all characters but blanks at their ends',
    (text, limit) => {
      const lines = wrapText(text, limit, 1000);
      expect(lines.every((line) => line.length <= limit)).toBe(true);
      expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    },
  );
});
