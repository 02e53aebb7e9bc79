import { ImportError } from '../../sim/base/errors.ts';
import type { LinkSpec } from '../../sim/base/topology-spec.ts';
import type { TopologySpec } from '../../sim/base/topology-spec.ts';

/** A topology file as its importer reads it. */
export interface TopologyText {
  /** For messages. */
  readonly name: string;
  readonly text: string;
}

export interface ImportedTopology {
  readonly spec: TopologySpec;
  /** What a person should know of the file, one sentence each. */
  readonly warnings: readonly string[];
}

/** A word and where it stands, counted from 1. */
export interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A topology file is malformed, at a word of it or (null) as a whole. */
export function refuse(file: TopologyText, at: Pick<Word, 'line' | 'column'> | null, message: string, hint?: string): never {
  const place = at === null ? {} : { line: at.line, column: at.column };
  throw new ImportError('E440', message, { where: { file: file.name, ...place }, ...(hint === undefined ? {} : { hint }) });
}

/** All words of a text in which the ends of lines mean nothing. */
export class Words {
  readonly #file: TopologyText;
  readonly #words: readonly Word[];
  #next = 0;

  constructor(file: TopologyText) {
    this.#file = file;
    this.#words = wordsOf(file.text);
    if (this.#words.length === 0) refuse(file, { line: 1, column: 1 }, 'the file is empty', 'expected the numbers of a topology');
  }

  /** Words on the first line that has any. */
  get firstLine(): readonly Word[] {
    return this.#words.filter(({ line }) => line === this.#words[0]!.line);
  }

  get rest(): readonly Word[] {
    return this.#words.slice(this.#next);
  }

  /** @param what is expected, for the message */
  take(what: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined) refuse(this.#file, this.#words.at(-1)!, `the file ends where ${what} is expected`, 'is it cut off?');
    this.#next++;
    return word;
  }

  /** A whole number in [least, most]. */
  number(what: string, least: number, most: number): { readonly value: number; readonly at: Word } {
    const at = this.take(what);
    const value = wholeNumber(at.text);
    if (value === null || value < least || value > most) {
      refuse(this.#file, at, `${what} is ${shown(at.text)}`, `a whole number from ${least} to ${most}`);
    }
    return { value, at };
  }

  /** `200Gbps 0.0005ms`, as ns-3 writes them. */
  link(): LinkSpec {
    const rate = this.take('the rate of a link');
    const rateBps = ns3Rate(rate.text);
    if (rateBps === null) refuse(this.#file, rate, `${shown(rate.text)} is no rate`, 'such as 100Gbps, at least 1000bps');
    const delay = this.take('the delay of a link');
    const delayPs = ns3Time(delay.text);
    if (delayPs === null) {
      refuse(this.#file, delay, `${shown(delay.text)} is no delay of whole picoseconds`, 'such as 1000ns or 0.001ms, and more than 0');
    }
    const loss = this.take('the error rate of a link');
    if (!/^\d/.test(loss.text) || !Number.isFinite(Number(loss.text))) refuse(this.#file, loss, `${shown(loss.text)} is no error rate`);
    if (Number(loss.text) !== 0) {
      refuse(
        this.#file,
        loss,
        `a link loses a share of ${shown(loss.text)} of its packets`,
        'write 0, and give netsim the loss under failures',
      );
    }
    return { rateBps, delayPs };
  }
}

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((content, i) => {
      for (const match of content.matchAll(/\S+/g)) words.push({ text: match[0], line: i + 1, column: match.index + 1 });
    });
  return words;
}

export function wholeNumber(text: string): number | null {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : null;
  return value;
}

/** A word as a message shows it. */
export const shown = (text: string): string => `"${(text.length > 40 ? `${text.slice(0, 40)}..` : text).replaceAll(/\p{Cc}/gu, ' ')}"`;

const NUMBER = '(\\d{1,15}(?:\\.\\d{1,15})?(?:[eE][+-]?\\d{1,2})?)';
const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const TIME_UNITS: Readonly<Record<string, number>> = { ps: 1, ns: 1e3, us: 1e6, ms: 1e9, s: 1e12 };

function ns3Rate(text: string): number | null {
  const [, value, unit] = new RegExp(`^${NUMBER}([KkMGT]?)b(?:ps|/s)$`).exec(text) ?? [];
  if (value === undefined) return null;
  const bps = Math.round(Number(value) * RATE_UNITS[unit!]!);
  return bps >= 1000 && Number.isSafeInteger(bps) ? bps : null;
}

function ns3Time(text: string): number | null {
  const [, value, unit] = new RegExp(`^${NUMBER}(ps|ns|us|ms|s)$`).exec(text) ?? [];
  if (value === undefined) return null;
  const exact = Number(value) * TIME_UNITS[unit!]!;
  const ps = Math.round(exact);
  // Decimal fractions of a millisecond are no doubles: what is nearly whole is meant to be.
  return ps >= 1 && Math.abs(exact - ps) <= 1e-6 * ps && Number.isSafeInteger(ps) ? ps : null;
}
