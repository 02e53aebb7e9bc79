import type { ErrorPlace } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { RoutingTrace } from '../../sim/base/moe-spec.ts';
import { textLines } from '../import/lines.ts';
import { Problems } from '../import/problems.ts';

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
  let parseLine: ((text: string, where: ErrorPlace) => Row | null) | null = null;
  for (const { number, text } of textLines(file)) {
    if (text.trim() === '') continue;
    const where = { file: file.name, line: number };
    if (parseLine === null) {
      parseLine = text.trimStart().startsWith('{') ? (line, at) => jsonRow(line, at, problems) : csvRows(text, where, problems);
      if (!text.trimStart().startsWith('{')) continue;
    }
    const row = parseLine(text, where);
    if (row !== null) builder.add(row, where);
  }
  if (problems.count === 0 && builder.isEmpty) problems.add('E440', 'a routing trace without rows', { file: file.name });
  problems.throwIfAny();
  return builder.build();
}

class TraceBuilder {
  readonly #problems: Problems;
  readonly #experts: number;
  readonly #numberOf = new Map<number, number>();
  readonly #gpus: (number | null)[] = [];
  readonly #layers = new Map<number, Map<number, Int32Array>>();

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
    const rows = this.#layers.get(layer) ?? new Map<number, Int32Array>();
    this.#layers.set(layer, rows);
    const known = this.#numberOf.get(token);
    const number = known ?? this.#numberOf.size;
    this.#numberOf.set(token, number);
    if (known === undefined) this.#gpus.push(gpu);
    else if (this.#gpus[known] !== gpu) return this.#problems.add('E442', `token ${token} is on two GPUs`, where, 'one GPU a token');
    const k = rows.values().next().value?.length;
    if (k !== undefined && k !== experts.length) {
      return this.#problems.add(
        'E442',
        `${experts.length} experts in layer ${layer}, whose first row has ${k}`,
        where,
        'as many in each row',
      );
    }
    if (rows.has(number))
      return this.#problems.add('E442', `token ${token} is in layer ${layer} twice`, where, 'one row a token and layer');
    if ((gpu === null) !== (this.#gpus[0] === null)) {
      return this.#problems.add('E442', 'a GPU in some rows only', where, 'give gpu in all rows, or in none');
    }
    rows.set(number, Int32Array.from(experts));
  }

  build(): RoutingTrace {
    const layers = [...this.#layers.keys()].sort((a, b) => a - b);
    const rows = layers.map((layer) => this.#layers.get(layer)!);
    return {
      layers,
      k: rows.map((own) => own.values().next().value!.length),
      rows,
      tokens: this.#numberOf.size,
      gpus: this.#gpus[0] === null ? null : this.#gpus.map((gpu) => gpu!),
    };
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
  const k = names.filter((name) => /^e\d+$/.test(name)).length;
  const expertPlaces = Array.from({ length: k }, (_, i) => place(`e${i}`));
  const expected = new Set(['token', 'layer', 'gpu', 'sequence', ...expertPlaces.map((_, i) => `e${i}`)]);
  const isRight =
    place('token') >= 0 && place('layer') >= 0 && k > 0 && names.every((name, i) => expected.has(name) && names.indexOf(name) === i);
  if (!isRight) problems.add('E440', `this is no header of a routing trace: ${header.slice(0, 80)}`, where, CSV_FORM);
  return (text, at) => {
    if (!isRight) return null;
    const fields = text.split(',').map((field) => (/^\s*\d+\s*$/.test(field) ? Number(field) : NaN));
    if (fields.length !== names.length || !fields.every(isCount)) {
      problems.add('E440', `${fields.length} fields that are not ${names.length} whole numbers`, at, CSV_FORM);
      return null;
    }
    const gpu = place('gpu') < 0 ? null : fields[place('gpu')]!;
    return { token: fields[place('token')]!, layer: fields[place('layer')]!, gpu, experts: expertPlaces.map((column) => fields[column]!) };
  };
}
