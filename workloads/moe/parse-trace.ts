import type { ErrorPlace } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { RoutingTrace } from '../../sim/base/moe-spec.ts';
import { textLines } from '../import/lines.ts';
import { Problems } from '../import/problems.ts';
import { NumberTable } from './number-table.ts';
import { grown, TraceRows } from './trace-rows.ts';

/** One row of the file. */
interface Row {
  readonly token: number;
  readonly layer: number;
  readonly gpu: number | null;
  readonly experts: readonly number[];
}

/**
 * Reads a routing trace: CSV with the header `token,layer,e0,e1,..`, or a JSON object a line with `token`, `layer` and `experts`; both
 * may have `gpu` and `sequence`. A file whose first character is `{` is JSON lines. Blank lines are skipped.
 *
 * @throws ImportError for malformed rows, experts outside 0..experts-1, an expert twice in a row, a (token, layer) pair twice, rows of
 * different length in a layer, a GPU in some rows only
 */
export function parseTrace(file: InputFile, experts: number): RoutingTrace {
  const problems = new Problems();
  const builder = new TraceBuilder(problems, experts);
  let lastLine = 1;
  let parseLine: ((text: string, where: ErrorPlace) => Row | null) | null = null;
  for (const { number, text } of textLines(file)) {
    lastLine = number;
    if (text.trim() === '') continue;
    const where = { file: file.name, line: number };
    if (parseLine === null) {
      parseLine = text.trimStart().startsWith('{') ? (line, at) => jsonRow(line, at, problems) : csvRows(text, where, problems);
      if (!text.trimStart().startsWith('{')) continue;
    }
    const row = parseLine(text, where);
    if (row !== null) builder.add(row, where);
  }
  if (problems.count === 0 && builder.isEmpty) {
    const hint = parseLine === null ? `${CSV_FORM}, or ${JSON_FORM}` : 'below the header one row a token and layer, such as 0,0,5,17';
    problems.add('E440', 'a routing trace without rows', { file: file.name, line: lastLine }, hint);
  }
  problems.throwIfAny();
  return builder.build();
}

class TraceBuilder {
  readonly #problems: Problems;
  readonly #experts: number;
  /** Of the tokens whose number is not their name: those before the first such one, in most files all, have none. */
  readonly #numberOf = new NumberTable();
  #plainNames = 0;
  #tokens = 0;
  /** By token; null: the first row has none. */
  #gpus: Float64Array | null = null;
  readonly #layers = new Map<number, TraceRows>();

  constructor(problems: Problems, experts: number) {
    this.#problems = problems;
    this.#experts = experts;
  }

  get isEmpty(): boolean {
    return this.#layers.size === 0;
  }

  add({ token, layer, gpu, experts }: Row, where: ErrorPlace): void {
    const outside = experts.find((e) => e >= this.#experts);
    if (outside !== undefined) {
      return this.#problems.add('E441', `expert ${outside} of ${this.#experts}`, where, `experts are 0 to ${this.#experts - 1}`);
    }
    const repeated = experts.find((e, i) => experts.indexOf(e) < i);
    if (repeated !== undefined)
      return this.#problems.add('E441', `expert ${repeated} twice in one row`, where, 'a token visits an expert once');
    const rows = this.#layers.get(layer) ?? new TraceRows(experts.length, this.#experts);
    this.#layers.set(layer, rows);
    if (this.#tokens === 0 && gpu !== null) this.#gpus = new Float64Array(16);
    if ((gpu === null) !== (this.#gpus === null)) {
      return this.#problems.add('E442', 'a GPU in some rows only', where, 'give gpu in all rows, or in none');
    }
    const number = this.#numberOfToken(token) ?? this.#addToken(token, gpu);
    if (this.#gpus !== null && this.#gpus[number] !== gpu) {
      return this.#problems.add('E442', `token ${token} is on two GPUs`, where, 'one GPU a token');
    }
    if (rows.k !== experts.length) {
      const message = `${experts.length} experts in layer ${layer}, whose first row has ${rows.k}`;
      return this.#problems.add('E442', message, where, 'as many in each row');
    }
    if (!rows.add(number, experts)) {
      this.#problems.add('E442', `token ${token} is in layer ${layer} twice`, where, 'one row a token and layer');
    }
  }

  #numberOfToken(token: number): number | undefined {
    return token < this.#plainNames ? token : this.#numberOf.get(token);
  }

  #addToken(token: number, gpu: number | null): number {
    const number = this.#tokens++;
    if (token === number && this.#plainNames === number) this.#plainNames++;
    else this.#numberOf.add(token, number);
    if (this.#gpus !== null && gpu !== null) {
      if (number === this.#gpus.length) this.#gpus = grown(this.#gpus, new Float64Array(2 * number));
      this.#gpus[number] = gpu;
    }
    return number;
  }

  build(): RoutingTrace {
    const layers = [...this.#layers.keys()].sort((a, b) => a - b);
    const rows = layers.map((layer) => this.#layers.get(layer)!);
    const gpus = this.#gpus?.slice(0, this.#tokens) ?? null;
    return { layers, k: rows.map(({ k }) => k), rows: rows.map((own) => own.build()), tokens: this.#tokens, gpus };
  }
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

const JSON_FORM = 'write {"token": 0, "layer": 0, "experts": [1, 2]}, with gpu and sequence if you like';

function jsonRow(text: string, where: ErrorPlace, problems: Problems): Row | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    problems.add('E440', 'this line is no JSON object', where, JSON_FORM);
    return null;
  }
  const row = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const unknown = Object.keys(row).find((key) => !['token', 'layer', 'experts', 'gpu', 'sequence'].includes(key));
  const { token, layer, experts, gpu = null } = row;
  if (unknown !== undefined || !isCount(token) || !isCount(layer) || !(gpu === null || isCount(gpu))) {
    problems.add('E440', unknown === undefined ? 'token, layer and gpu are whole numbers' : `unknown key "${unknown}"`, where, JSON_FORM);
    return null;
  }
  if (!Array.isArray(experts) || experts.length === 0 || !experts.every(isCount)) {
    problems.add('E440', 'experts is no list of whole numbers', where, JSON_FORM);
    return null;
  }
  return { token, layer, gpu, experts };
}

const CSV_FORM = 'the header is token,layer,e0,e1,.. with gpu and sequence if you like';

/** Reads rows under a CSV header. */
function csvRows(header: string, where: ErrorPlace, problems: Problems): (text: string, where: ErrorPlace) => Row | null {
  const names = header.split(',').map((name) => name.trim());
  const place = (name: string): number => names.indexOf(name);
  const [tokenPlace, layerPlace, gpuPlace] = [place('token'), place('layer'), place('gpu')];
  const k = names.filter((name) => /^e\d+$/.test(name)).length;
  const expertPlaces = Array.from({ length: k }, (_, i) => place(`e${i}`));
  const expected = new Set(['token', 'layer', 'gpu', 'sequence', ...expertPlaces.map((_, i) => `e${i}`)]);
  const isRight = tokenPlace >= 0 && layerPlace >= 0 && k > 0 && names.every((name, i) => expected.has(name) && names.indexOf(name) === i);
  if (!isRight) problems.add('E440', `this is no header of a routing trace: ${header.slice(0, 80)}`, where, CSV_FORM);
  return (text, at) => {
    if (!isRight) return null;
    const fields = text.split(',').map((field) => (/^\s*\d+\s*$/.test(field) ? Number(field) : NaN));
    if (fields.length !== names.length || !fields.every(isCount)) {
      problems.add('E440', `${fields.length} fields that are not ${names.length} whole numbers`, at, CSV_FORM);
      return null;
    }
    const gpu = gpuPlace < 0 ? null : fields[gpuPlace]!;
    return { token: fields[tokenPlace]!, layer: fields[layerPlace]!, gpu, experts: expertPlaces.map((column) => fields[column]!) };
  };
}
