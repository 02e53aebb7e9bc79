import type { ErrorPlace } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { Notice } from '../workload.ts';
import { emptyFile, type Line, textLines } from './lines.ts';
import { Problems } from './problems.ts';

/**
 * Reader of htsim's connection matrix (`.cm`): one connection, trigger or failure a line, tokens separated by single blanks.
 *
 *     Nodes <int>          Connections <int>          Triggers <int>          Failures <int>
 *     <src>-><dst> [id <u32>] (start <number> | trigger <id>) [size <bytes>]
 *                  [send_done_trigger <id>] [recv_done_trigger <id>] [prio <int>]
 *     trigger id <u32> (oneshot | multishot | barrier) [count <int>]
 */
export interface CmFile {
  readonly nodes: number;
  readonly connections: readonly CmConnection[];
  readonly triggers: readonly CmTrigger[];
  readonly notices: readonly Notice[];
}

export interface CmConnection {
  readonly line: number;
  readonly src: number;
  readonly dst: number;
  readonly id: number | null;
  /** As written; null when the connection waits for `trigger`. */
  readonly start: string | null;
  readonly trigger: number | null;
  readonly sizeBytes: number;
  readonly sendDoneTrigger: number | null;
  readonly recvDoneTrigger: number | null;
}

export interface CmTrigger {
  readonly line: number;
  readonly id: number;
  readonly kind: 'oneshot' | 'multishot' | 'barrier';
  /** Activations that a barrier waits for. */
  readonly count: number;
}

/** A token and the column (from 1) it starts at. */
interface Token {
  readonly text: string;
  readonly column: number;
}

const HEADERS = ['Nodes', 'Connections', 'Triggers', 'Failures'] as const;
type Header = (typeof HEADERS)[number];
const CONNECTION_KEYS = ['id', 'msg', 'start', 'trigger', 'size', 'send_done_trigger', 'recv_done_trigger', 'prio'] as const;
type ConnectionKey = (typeof CONNECTION_KEYS)[number];

const LARGEST_U32 = 2 ** 32 - 1;

/** @throws ImportError with every mistake found, at most 20 */
export function parseCm(file: InputFile): CmFile {
  return new CmReader(file).read();
}

class CmReader {
  readonly #file: InputFile;
  readonly #problems = new Problems();
  readonly #headers = new Map<Header, number>();
  readonly #connections: CmConnection[] = [];
  readonly #triggers: CmTrigger[] = [];
  readonly #triggerIds = new Set<number>();
  readonly #ids = new Map<number, number>();
  #connectionLines = 0;
  #triggerLines = 0;
  #lateComments = 0;
  #priorities = 0;
  #isBody = false;

  constructor(file: InputFile) {
    this.#file = file;
  }

  read(): CmFile {
    let isEmpty = true;
    for (const line of textLines(this.#file)) {
      isEmpty &&= line.text.trim() === '';
      this.#line(line);
    }
    if (isEmpty) throw emptyFile(this.#file, 'an htsim connection matrix');
    this.#checkHeaders();
    this.#problems.throwIfAny();
    const notices: Notice[] = [];
    if (this.#lateComments > 0) {
      notices.push({
        level: 'warning',
        text: `${this.#file.name}: ${this.#lateComments} comment lines after the first entry; htsim refuses them`,
      });
    }
    if (this.#priorities > 0) {
      notices.push({ level: 'warning', text: `${this.#file.name}: prio of ${this.#priorities} connections is not used` });
    }
    return { nodes: this.#headers.get('Nodes')!, connections: this.#connections, triggers: this.#triggers, notices };
  }

  #problem(code: string, message: string, line: number, column: number | null, hint?: string): void {
    const where: ErrorPlace = { file: this.#file.name, line, ...(column === null ? {} : { column }) };
    this.#problems.add(code, message, where, hint);
  }

  #line({ number, text }: Line): void {
    if (text.trim() === '') return;
    if (text.startsWith('#')) {
      if (this.#isBody) this.#lateComments++;
      return;
    }
    const tokens = this.#tokens(text, number);
    if (tokens === null) return;
    const word = tokens[0]!.text;
    if (word.includes('->')) this.#connection(tokens, number);
    else if (word === 'trigger') this.#trigger(tokens, number);
    else if (word === 'failure') this.#failure(number);
    else this.#header(tokens, number);
  }

  /** Tokens between single blanks; null when there is an empty one, which the original refuses too. */
  #tokens(text: string, line: number): Token[] | null {
    const tokens: Token[] = [];
    let column = 1;
    for (const part of text.replace(/ $/, '').split(' ')) {
      if (part === '') {
        this.#problem('E411', 'two blanks: tokens are separated by one', line, column, 'remove the extra blank');
        return null;
      }
      tokens.push({ text: part, column });
      column += part.length + 1;
    }
    return tokens;
  }

  #header(tokens: readonly Token[], line: number): void {
    const name = HEADERS.find((header) => header === tokens[0]!.text);
    if (name === undefined) {
      this.#problem(
        'E412',
        `unknown word "${tokens[0]!.text}"`,
        line,
        1,
        `a line starts with ${HEADERS.join(', ')}, trigger, failure or src->dst`,
      );
      return;
    }
    if (this.#headers.has(name)) this.#problem('E412', `${name} is given twice`, line, 1);
    const value = this.#integer(tokens[1], name, line, tokens[0]!, name === 'Nodes' ? 1 : 0, LARGEST_U32);
    this.#headers.set(name, value ?? 0);
    if (tokens.length > 2) this.#problem('E412', `"${tokens[2]!.text}" behind the value of ${name}`, line, tokens[2]!.column);
  }

  #failure(line: number): void {
    this.#isBody = true;
    this.#problem(
      'E413',
      'a failure line; the fabric is described by the config',
      line,
      1,
      'name the dead link under the config key `failures`, and delete this line and the Failures header',
    );
  }

  #trigger(tokens: readonly Token[], line: number): void {
    this.#isBody = true;
    this.#triggerLines++;
    const [word, idWord, idToken, kindToken, countWord, countToken, rest] = tokens;
    if (idWord?.text !== 'id') {
      this.#problem('E414', 'a trigger without id', line, word!.column, 'write: trigger id <number> oneshot | multishot | barrier');
      return;
    }
    const id = this.#integer(idToken, 'id', line, idWord, 1, LARGEST_U32);
    const kind = (['oneshot', 'multishot', 'barrier'] as const).find((name) => name === kindToken?.text);
    if (kind === undefined) {
      this.#problem(
        'E414',
        `a trigger is oneshot, multishot or barrier, not "${kindToken?.text ?? ''}"`,
        line,
        (kindToken ?? idWord).column,
      );
      return;
    }
    let count: number | null = null;
    if (countWord !== undefined) {
      if (countWord.text !== 'count')
        this.#problem('E414', `unknown word "${countWord.text}"`, line, countWord.column, 'only count may follow');
      else count = this.#integer(countToken, 'count', line, countWord, 1, LARGEST_U32);
    }
    if (kind === 'barrier' && countWord === undefined)
      this.#problem('E414', 'a barrier without count', line, kindToken!.column, 'add: count <activations>');
    if (kind !== 'barrier' && countWord !== undefined) {
      this.#problem('E414', `count means nothing for a ${kind} trigger`, line, countWord.column, 'only a barrier counts activations');
    }
    if (rest !== undefined) this.#problem('E414', `"${rest.text}" behind the trigger`, line, rest.column);
    if (id === null) return;
    if (this.#triggerIds.has(id)) this.#problem('E414', `trigger ${id} is defined twice`, line, idToken!.column);
    this.#triggerIds.add(id);
    this.#triggers.push({ line, id, kind, count: count ?? 1 });
  }

  #connection(tokens: readonly Token[], line: number): void {
    this.#isBody = true;
    this.#connectionLines++;
    const before = this.#problems.count;
    const ends = /^(\d+)->(\d+)$/.exec(tokens[0]!.text);
    if (ends === null) {
      this.#problem('E415', `"${tokens[0]!.text}" is no connection`, line, 1, 'write: <source>-><destination>');
      return;
    }
    const [src, dst] = [Number(ends[1]), Number(ends[2])];
    const nodes = this.#headers.get('Nodes');
    if (nodes === undefined) this.#problem('E412', 'a connection before the Nodes header', line, 1);
    else if (Math.max(src, dst) >= nodes)
      this.#problem('E415', `there is no node ${Math.max(src, dst)}`, line, 1, `nodes are 0..${nodes - 1}`);
    if (src === dst) this.#problem('E415', `node ${src} sends to itself`, line, 1);

    const values = this.#connectionValues(tokens, line);
    if (values === null) return;
    const id = this.#value(values, 'id', line, 1, LARGEST_U32);
    const trigger = this.#value(values, 'trigger', line, 1, LARGEST_U32);
    const size = values.get('size');
    if (size === undefined)
      this.#problem('E416', 'no size', line, 1, 'add: size <bytes>; the original would use whatever the memory holds');
    else if (size.text === '0')
      this.#problem('E416', 'size 0 (an endless flow in some programs)', line, size.column, 'give the number of bytes to send');
    const sizeBytes = size === undefined || size.text === '0' ? 1 : this.#value(values, 'size', line, 1, Number.MAX_SAFE_INTEGER);
    const start = values.get('start');
    if (start !== undefined && trigger !== null)
      this.#problem('E417', 'both start and trigger', line, values.get('trigger')!.column, 'keep one');
    if (start === undefined && !values.has('trigger')) this.#problem('E417', 'neither start nor trigger', line, 1, 'add: start <time>');
    if (start !== undefined && !/^\d+(\.\d+)?([eE][+-]?\d+)?$/.test(start.text)) {
      this.#problem('E417', `"${start.text}" is no start time`, line, start.column, 'write a number that is not negative');
    }
    if (values.has('trigger') && id === null)
      this.#problem('E417', 'a triggered connection without id', line, values.get('trigger')!.column, 'add: id <number>');
    const sendDoneTrigger = this.#value(values, 'send_done_trigger', line, 1, LARGEST_U32);
    const recvDoneTrigger = this.#value(values, 'recv_done_trigger', line, 1, LARGEST_U32);
    if (values.has('prio')) this.#priorities++;
    if (id !== null) {
      if (this.#ids.has(id)) this.#problem('E415', `id ${id} is already used in line ${this.#ids.get(id)}`, line, values.get('id')!.column);
      this.#ids.set(id, line);
    }
    if (this.#problems.count > before) return;
    this.#connections.push({
      line,
      src,
      dst,
      id,
      start: start?.text ?? null,
      trigger,
      sizeBytes: sizeBytes!,
      sendDoneTrigger,
      recvDoneTrigger,
    });
  }

  /** The `key value` pairs behind src->dst; null when they cannot be told apart. */
  #connectionValues(tokens: readonly Token[], line: number): Map<ConnectionKey, Token> | null {
    const values = new Map<ConnectionKey, Token>();
    for (let i = 1; i < tokens.length; i += 2) {
      const word = tokens[i]!;
      const key = CONNECTION_KEYS.find((name) => name === word.text);
      if (key === undefined) {
        this.#problem('E415', `unknown word "${word.text}"`, line, word.column, `known are ${CONNECTION_KEYS.join(', ')}`);
        return null;
      }
      if (key === 'msg') {
        this.#problem(
          'E415',
          'msg: several messages on one connection',
          line,
          word.column,
          'remove msg: each message becomes a flow of its own',
        );
        return null;
      }
      if (values.has(key)) this.#problem('E415', `${key} is given twice`, line, word.column);
      if (key === 'trigger' && !values.has('id'))
        this.#problem('E417', 'trigger must come behind id', line, word.column, 'write: id <number> trigger <id>');
      const value = tokens[i + 1];
      if (value === undefined) {
        this.#problem('E415', `${key} without a value`, line, word.column);
        return null;
      }
      values.set(key, value);
    }
    return values;
  }

  #value(values: ReadonlyMap<ConnectionKey, Token>, key: ConnectionKey, line: number, least: number, most: number): number | null {
    const token = values.get(key);
    return token === undefined ? null : this.#integer(token, key, line, token, least, most);
  }

  #integer(token: Token | undefined, what: string, line: number, near: Token, least: number, most: number): number | null {
    const value = token === undefined || !/^\d+$/.test(token.text) ? Number.NaN : Number(token.text);
    if (value >= least && value <= most) return value;
    this.#problem('E415', `${what} "${token?.text ?? ''}" is no whole number from ${least} to ${most}`, line, (token ?? near).column);
    return null;
  }

  #checkHeaders(): void {
    const where = { file: this.#file.name, line: 1, column: 1 };
    if (!this.#headers.has('Nodes')) this.#problems.add('E412', 'no Nodes header', where, 'the file starts with: Nodes <count>');
    const counted: readonly (readonly [Header, number, boolean])[] = [
      ['Connections', this.#connectionLines, true],
      ['Triggers', this.#triggerLines, false],
    ];
    for (const [header, lines, isRequired] of counted) {
      const declared = this.#headers.get(header) ?? (isRequired ? undefined : 0);
      if (declared === undefined) this.#problems.add('E412', `no ${header} header`, where, `add: ${header} ${lines}`);
      else if (declared !== lines) {
        this.#problems.add('E412', `${header} says ${declared}, the file has ${lines}`, where, 'is the file cut off?');
      }
    }
  }
}
