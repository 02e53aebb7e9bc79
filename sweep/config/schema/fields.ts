import { z } from 'zod';
import type { Dimension } from '../../../sim/base/quantity.ts';
import { formatQuantity, parseQuantity, unitsOf } from '../../../sim/base/quantity.ts';

/** For completion in editors; `parseQuantity` decides. */
const NUMBER = '[0-9_]*([.][0-9]+)?([eE][+-]?[0-9]+)?';

interface QuantityOptions<W extends string> {
  /** Words that may stand in place of the quantity. */
  readonly words?: readonly W[];
  /** Smallest value in base units (bytes, bits/s, picoseconds); default 1: zero is refused. */
  readonly min?: number;
  /** Largest value in base units. */
  readonly max?: number;
  /** The value must be a multiple of this, in base units. */
  readonly step?: number;
  /** For messages and editors. */
  readonly example?: string;
}

const EXAMPLES: Readonly<Record<Dimension, string>> = {
  bytes: '1MiB',
  rate: '400Gbps',
  time: '500ns',
  bits: '1080bit',
  decibels: '15dB',
  frequency: '10Hz',
  power: '100mW',
  distance: '100m',
  speed: '1m/s',
};

/**
 * A quantity with its unit, as text; becomes a number in base units. The problem found is a custom issue whose `params.hint` says
 * what to write instead.
 */
export function quantity<const W extends string = never>(dimension: Dimension, description: string, options: QuantityOptions<W> = {}) {
  const { words = [], min = 1, max = Infinity, step, example = EXAMPLES[dimension] } = options;
  const orWords = words.length === 0 ? '' : `, or ${words.join(', ')}`;
  return z
    .string()
    .transform((text, context): number | W => {
      const refuse = (message: string, hint: string): never => {
        context.issues.push({ code: 'custom', message, input: text, params: { hint: `${hint}${orWords}` } });
        return z.NEVER;
      };
      const word = words.find((candidate) => candidate === text);
      if (word !== undefined) return word;
      const value = parseQuantity(text, dimension);
      if (typeof value !== 'number') return refuse(value.message, value.hint);
      if (value < min) {
        const least = `at least ${formatQuantity(min, dimension)}`;
        return refuse(value === 0 ? `"${text}" is zero` : `"${text}" is too small`, `write ${least}`);
      }
      if (value > max) return refuse(`"${text}" is too large`, `write at most ${formatQuantity(max, dimension)}`);
      if (step !== undefined && value % step !== 0)
        return refuse(`"${text}" is not a multiple of ${formatQuantity(step, dimension)}`, 'round it');
      return value;
    })
    .meta({
      description,
      unit: dimension,
      ...(words.length === 0 ? {} : { words }),
      minimumQuantity: formatQuantity(min, dimension),
      example,
      pattern: `^(${[...words, `${dimension === 'decibels' ? '[+-]?' : '[+]?'}${NUMBER} ?(${unitsOf(dimension).join('|')})`].join('|')})$`,
    });
}

export const bytes = <const W extends string = never>(description: string, options?: QuantityOptions<W>) =>
  quantity('bytes', description, options);
export const rate = (description: string) => quantity('rate', description, { min: 1000 });
export const time = (description: string, options?: Omit<QuantityOptions<never>, 'words'>) => quantity('time', description, options);

/** A whole number in [min, max]. */
export const integer = (description: string, min: number, max: number = Number.MAX_SAFE_INTEGER, example: number = Math.max(1, min)) =>
  z.int().min(min).max(max).meta({ description, example });

/** How many of something: at least one. `max` keeps sums and products of counts exact and arrays within memory. */
export const count = (description: string, max = 2 ** 23, example = 4) => integer(description, 1, max, example);

export const flag = (description: string) => z.boolean().meta({ description });

export const word = <const W extends readonly [string, ...string[]]>(words: W, description: string) => z.enum(words).meta({ description });

/** The key that tells the members of a union apart. */
export const kind = <const K extends string>(name: K, description: string) => z.literal(name).meta({ description });
