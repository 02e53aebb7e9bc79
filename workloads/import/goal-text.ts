import type { InputFile } from '../../sim/base/file-spec.ts';
import { COMPUTE, RECV, SEND } from '../../sim/base/schedule.ts';
import { ANY, GoalProgram } from './goal-program.ts';
import type { ImportRequest } from './import-request.ts';
import { checkRanks } from './import-request.ts';
import { emptyFile, type Line, textLines } from './lines.ts';
import { Problems } from './problems.ts';
import { quoted, rangeText } from './tokens.ts';

const RESERVED = ['send', 'recv', 'calc', 'rank', 'num_ranks', 'requires', 'irequires'];
const LARGEST_TAG = ANY - 1;
const MOST_CPUS = 255;

/** Words of a line: names, numbers (a `b` may touch the digits), and the signs : { }. */
class Words {
  readonly #text: string;
  #at = 0;
  /** Where the word that was read last starts, from 1. */
  column = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next word, or '' at the end of the line. */
  next(): string {
    const pattern = /[ \t]*(-?\d+|[A-Za-z_][A-Za-z0-9_]*|.|$)/sy;
    pattern.lastIndex = this.#at;
    const word = pattern.exec(this.#text)![1]!;
    this.#at = pattern.lastIndex;
    this.column = this.#at - word.length + 1;
    return word;
  }

  /** What is left of the line. */
  rest(): string {
    return this.#text.slice(this.#at).trim();
  }
}

/** Ends the reading of a line: its mistake is noted. */
class Mistake extends Error {}

/**
 * Reads a GOAL schedule in its text form (grammar: docs/import.md). A rank's labels are forgotten at its end, so memory grows with the
 * operations and not with the text.
 *
 * @throws ImportError with every mistake found, at most 20
 */
export const parseGoalText = (file: InputFile, request: ImportRequest): GoalProgram => new GoalTextReader(file, request).read();

class GoalTextReader {
  readonly #file: InputFile;
  readonly #request: ImportRequest;
  readonly #problems = new Problems();
  readonly #program: GoalProgram;
  #ranks: number | null = null;
  #rank = -1;
  #isOpen = false;
  #inComment = false;
  #lateComments = 0;
  #behind = 0;
  #isEmpty = true;
  #openedAt = 0;
  #line = 0;
  #labels = new Map<string, number>();

  constructor(file: InputFile, request: ImportRequest) {
    this.#file = file;
    this.#request = request;
    this.#program = new GoalProgram(file.name, 'line');
  }

  read(): GoalProgram {
    for (const line of textLines(this.#file)) {
      this.#line = line.number;
      const text = this.#withoutComments(line);
      if (text.trim() === '') continue;
      this.#isEmpty = false;
      try {
        this.#read(new Words(text));
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
      }
    }
    if (this.#isEmpty) throw emptyFile(this.#file, 'a GOAL schedule that starts with num_ranks');
    const end = { file: this.#file.name, line: this.#line, column: 1 };
    if (this.#inComment) this.#problems.add('E430', 'a /* comment is not closed', end);
    if (this.#isOpen)
      this.#problems.add('E430', `rank ${this.#rank} of line ${this.#openedAt} has no closing }`, end, 'is the file cut off?');
    else if (this.#ranks !== null && this.#rank < this.#ranks - 1)
      this.#problems.add('E430', `num_ranks says ${this.#ranks}, the file has ${this.#rank + 1} ranks`, end, 'is the file cut off?');
    this.#problems.throwIfAny();
    if (this.#lateComments > 0) this.#program.warn(`${this.#lateComments} comments stand behind an operation; the original refuses them`);
    if (this.#behind > 0) this.#program.warn(`${this.#behind} lines behind the last rank are ignored`);
    return this.#program.finish();
  }

  /** `//` to the end of the line and slash-star to star-slash, over several lines. */
  #withoutComments({ text }: Line): string {
    if (!this.#inComment && !text.includes('/')) return text;
    let [kept, at] = ['', 0];
    while (at < text.length) {
      if (this.#inComment) {
        const end = text.indexOf('*/', at);
        if (end === -1) return kept;
        this.#inComment = false;
        kept += ' '.repeat(end + 2 - at);
        at = end + 2;
        continue;
      }
      const start = text.slice(at).search(/\/[/*]/);
      if (start === -1) return kept + text.slice(at);
      kept += text.slice(at, at + start);
      if (kept.trim() !== '') this.#lateComments++;
      if (text[at + start + 1] === '/') return kept;
      this.#inComment = true;
      kept += '  ';
      at += start + 2;
    }
    return kept;
  }

  #fail(message: string, column: number, hint?: string): never {
    this.#problems.add('E430', message, { file: this.#file.name, line: this.#line, column }, hint);
    throw new Mistake();
  }

  #read(words: Words): void {
    const first = words.next();
    if (this.#ranks === null) {
      if (first !== 'num_ranks') this.#fail(`${quoted(first)} before num_ranks`, words.column, 'the file starts with: num_ranks <count>');
      this.#ranks = this.#number(words, 'num_ranks', 1, ANY - 1);
      this.#program.ranks = this.#ranks;
      checkRanks(this.#ranks, 'ranks', this.#request, { file: this.#file.name, line: this.#line });
      this.#end(words);
    } else if (this.#isOpen) this.#readInRank(first, words);
    else if (this.#rank === this.#ranks - 1) this.#behind++;
    else {
      if (first !== 'rank') this.#fail(`${quoted(first)} where rank ${this.#rank + 1} should start`, words.column);
      // The block is read in any case: one wrong number is one mistake.
      this.#rank++;
      this.#isOpen = true;
      this.#openedAt = this.#line;
      this.#labels = new Map();
      const number = this.#number(words, 'rank', 0, ANY - 1);
      if (number !== this.#rank) this.#fail(`rank ${number} where rank ${this.#rank} should start`, words.column, 'ranks stand in order');
      this.#sign(words, '{');
      this.#end(words);
    }
  }

  #readInRank(first: string, words: Words): void {
    if (first === '}') {
      this.#isOpen = false;
      this.#end(words);
      return;
    }
    if (first === 'send' || first === 'recv' || first === 'calc') {
      this.#operation(first, words);
      return;
    }
    const column = words.column;
    if (!/^[A-Za-z]/.test(first) || RESERVED.includes(first)) {
      this.#fail(
        `${quoted(first)} is no label and no operation`,
        column,
        'a line is [label:] send | recv | calc .., or label requires label',
      );
    }
    const second = words.next();
    if (second === ':') {
      const before = this.#labels.get(first);
      if (before !== undefined) {
        const line = this.#program.place.values[before];
        this.#fail(
          `label ${quoted(first)} is already defined in line ${line}`,
          column,
          'the original silently keeps the first; rename one',
        );
      }
      // A part of a string keeps the whole alive, which here is a piece of the file: a copy does not.
      this.#labels.set(` ${first}`.slice(1), this.#operation(words.next(), words));
    } else if (second === 'requires' || second === 'irequires') {
      const op = this.#defined(first, column);
      const dep = this.#defined(words.next(), words.column);
      if (op === dep) this.#fail(`${quoted(first)} waits for itself`, column);
      this.#end(words);
      this.#program.after(op, dep, second === 'irequires');
    } else this.#fail(`${quoted(second)} behind ${quoted(first)}`, words.column, 'a label is followed by : or requires or irequires');
  }

  #defined(label: string, column: number): number {
    const op = this.#labels.get(label);
    if (op !== undefined) return op;
    return this.#fail(`label ${quoted(label)} is not defined above, in rank ${this.#rank}`, column, 'define a label above its use');
  }

  #operation(word: string, words: Words): number {
    const program = this.#program;
    if (word === 'calc') {
      const duration = this.#number(words, 'calc', 0, Number.MAX_SAFE_INTEGER);
      const [cpu] = this.#options(words, ['cpu']);
      return program.add(COMPUTE, this.#rank, 0, duration, 0, cpu!, 0, this.#line);
    }
    if (word !== 'send' && word !== 'recv')
      this.#fail(`${quoted(word)} is no operation`, words.column, 'operations are send, recv and calc');
    const isSend = word === 'send';
    const bytes = this.#number(words, word, 0, Number.MAX_SAFE_INTEGER);
    this.#sign(words, 'b');
    this.#sign(words, isSend ? 'to' : 'from');
    const peer = this.#number(words, isSend ? 'to' : 'from', isSend ? 0 : -1, this.#ranks! - 1);
    if (peer === this.#rank) this.#fail(`rank ${this.#rank} ${isSend ? 'sends to' : 'receives from'} itself`, words.column);
    const [tag, cpu, nic] = this.#options(words, ['tag', 'cpu', 'nic']);
    const kind = isSend ? SEND : RECV;
    if (isSend && tag === -1) this.#fail('a send needs a tag of its own', words.column, 'only a recv may have tag -1');
    return program.add(kind, this.#rank, peer === -1 ? ANY : peer, bytes, tag === -1 ? ANY : tag!, cpu!, nic!, this.#line);
  }

  /** Values of the options, which stand in this order; 0 where one is left out. */
  #options(words: Words, names: readonly ('tag' | 'cpu' | 'nic')[]): number[] {
    const values = names.map(() => 0);
    let next = 0;
    for (let word = words.next(); word !== ''; word = words.next()) {
      const index = names.findIndex((name) => name === word);
      if (index === -1) this.#fail(`unknown word ${quoted(word)}`, words.column, `known here: ${names.join(', ')}`);
      if (index < next) this.#fail(`${word} stands too late or twice`, words.column, `the order is ${names.join(', ')}`);
      values[index] = word === 'tag' ? this.#number(words, word, -1, LARGEST_TAG) : this.#number(words, word, 0, MOST_CPUS);
      next = index + 1;
    }
    return values;
  }

  #number(words: Words, what: string, least: number, most: number): number {
    const word = words.next();
    const value = /^-?\d+$/.test(word) ? Number(word) : Number.NaN;
    if (value >= least && value <= most) return value;
    return this.#fail(`${what} ${quoted(word)} is not ${rangeText(least, most)}`, words.column);
  }

  #sign(words: Words, sign: string): void {
    const word = words.next();
    if (word !== sign) this.#fail(`${quoted(word)} where "${sign}" should stand`, words.column);
  }

  #end(words: Words): void {
    const rest = words.rest();
    if (rest === '') return;
    words.next();
    this.#fail(`${quoted(rest)} behind the end`, words.column, 'one operation or dependency a line');
  }
}
