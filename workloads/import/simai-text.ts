import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile, SimaiOptions } from '../../sim/base/file-spec.ts';
import type { Notice } from '../workload.ts';
import type { ImportRequest } from './import-request.ts';
import { emptyFile, textLines } from './lines.ts';
import { Problems } from './problems.ts';
import { quoted, rangeText, type Token, tokensOf, wholeNumber } from './tokens.ts';

const COLLECTIVES = ['NONE', 'ALLREDUCE', 'ALLGATHER', 'REDUCESCATTER', 'ALLTOALL', 'BROADCAST'] as const;
/** Those whose layers do the same things in the same order; they differ in who shares parameters with whom. */
const POLICIES = [
  'HYBRID_TRANSFORMER_FWD_IN_BCKWD',
  'HYBRID_TRANSFORMER',
  'DATA',
  'MODEL',
  'HYBRID_DATA_MODEL',
  'HYBRID_MODEL_DATA',
] as const;
const OTHER_POLICIES = ['HYBRID_DLRM', 'HYBRID_DLRM_ENHANCED', 'MICRO', 'DISTRIBUTED_INFERENCE'];
const COLUMNS = 12;
const MOST_LAYERS = 2 ** 24;
const LARGEST = Number.MAX_SAFE_INTEGER;

export type Policy = (typeof POLICIES)[number];

/** Collective of a phase of a layer: which, among whom, and how many bytes (nccl-tests meaning). */
export interface LayerCollective {
  readonly kind: (typeof COLLECTIVES)[number];
  readonly group: 'column' | 'EP' | 'DP_EP';
  readonly bytes: number;
}

export interface LayerPhase {
  readonly computeNs: number;
  readonly collective: LayerCollective;
}

export interface Layer {
  readonly line: number;
  readonly policy: Policy;
  readonly forward: LayerPhase;
  readonly inputGradient: LayerPhase;
  readonly weightGradient: LayerPhase;
  readonly updateNs: number;
}

export interface SimaiWorkload {
  readonly file: string;
  /** Ranks of each kind of parallelism; `vpp` and `ga`: chunks of a pipeline stage, micro-batches. */
  readonly parallel: Readonly<Record<'tp' | 'ep' | 'pp' | 'vpp' | 'ga' | 'gpus', number>>;
  readonly recomputes: boolean;
  /** Layers whose input is kept; backward at an initiating layer first repeats the forward pass from the last of them. */
  readonly checkpoints: ReadonlySet<number>;
  readonly initiates: ReadonlySet<number>;
  readonly layers: readonly Layer[];
  readonly notices: readonly Notice[];
}

const KEYS = {
  model_parallel_NPU_group: 'tp',
  ep: 'ep',
  pp: 'pp',
  vpp: 'vpp',
  ga: 'ga',
  all_gpus: 'gpus',
} as const;
const LATER_KEYS = ['ep', 'pp', 'vpp', 'ga'] as const;

interface Placed extends Token {
  readonly line: number;
}

/** @throws ImportError with every mistake found, at most 20 */
export const parseSimai = (file: InputFile, request: ImportRequest<SimaiOptions>): SimaiWorkload =>
  new SimaiReader(file, request.options).read();

class SimaiReader {
  readonly #file: InputFile;
  readonly #options: SimaiOptions;
  readonly #problems = new Problems();
  readonly #notices: Notice[] = [];
  readonly #header = new Map<string, number>();
  #checkpoints: readonly number[] = [];
  #initiates: readonly number[] = [];
  #policy: Policy | 'HYBRID_CUSTOMIZED' = 'HYBRID_TRANSFORMER';
  #lastLine = 1;
  #broadcasts = 0;

  constructor(file: InputFile, options: SimaiOptions) {
    this.#file = file;
    this.#options = options;
  }

  read(): SimaiWorkload {
    const layers: Layer[] = [];
    let row: Placed[] = [];
    let [hasHeader, declared]: [boolean, number | null] = [false, null];
    for (const line of textLines(this.#file)) {
      this.#lastLine = line.number;
      const tokens = tokensOf(line).map((token): Placed => ({ ...token, line: line.number }));
      if (tokens.length === 0) continue;
      if (!hasHeader) {
        this.#readHeader(tokens);
        hasHeader = true;
        continue;
      }
      for (const token of tokens) {
        if (declared === null) {
          declared = this.#number(token, 'number of layers', 1, MOST_LAYERS);
          continue;
        }
        row.push(token);
        if (row.length < this.#columns()) continue;
        layers.push(this.#layer(row));
        row = [];
      }
    }
    if (!hasHeader) throw emptyFile(this.#file, 'a SimAI workload');
    const end = { file: this.#file.name, line: this.#lastLine, column: 1 };
    if (row.length > 0)
      this.#complain(
        row[0]!,
        `the last row has ${row.length} of ${this.#columns()} columns, from ${quoted(row[0]!.text)} on`,
        'is the file cut off?',
      );
    if (declared === null) this.#problems.add('E450', 'no number of layers', end, 'line 2 is the number of layers');
    else if (declared !== layers.length && this.#options.layerCount === 'error') {
      const message = `the file declares ${declared} layers and has ${layers.length} rows`;
      this.#problems.add('E450', message, { ...end, line: 2 }, 'simai: { layerCount: rows } takes the rows that are there');
    } else if (declared !== layers.length)
      this.#warn(`declares ${declared} layers, has ${layers.length}: the rows count (simai.layerCount)`);
    const parallel = this.#parallel(layers.length);
    this.#problems.throwIfAny();
    if (this.#broadcasts > 0) {
      const what = this.#options.broadcast
        ? 'run from the first rank of their group (simai.broadcast)'
        : 'are left out, as the original does; simai: { broadcast: true } runs them';
      this.#warn(`${this.#broadcasts} broadcasts ${what}`);
    }
    return {
      file: this.#file.name,
      parallel,
      recomputes: this.#policy === 'HYBRID_TRANSFORMER_FWD_IN_BCKWD',
      checkpoints: new Set(this.#checkpoints),
      initiates: new Set(this.#initiates),
      layers,
      notices: this.#notices,
    };
  }

  #complain({ line, column }: Placed, message: string, hint?: string): void {
    this.#problems.add('E450', message, { file: this.#file.name, line, column }, hint);
  }

  #warn(text: string): void {
    this.#notices.push({ level: 'warning', text: `${this.#file.name}: ${text}` });
  }

  #columns(): number {
    return this.#policy === 'HYBRID_CUSTOMIZED' ? COLUMNS + 1 : COLUMNS;
  }

  #number(token: Placed, what: string, least: number, most: number): number {
    const value = wholeNumber(token.text, least, most);
    if (value === null) this.#complain(token, `${what} ${quoted(token.text)} is not ${rangeText(least, most)}`);
    return value ?? least;
  }

  #readHeader(tokens: readonly Placed[]): void {
    const [policy] = tokens;
    const name = [...POLICIES, 'HYBRID_CUSTOMIZED' as const].find((each) => each === policy!.text);
    if (name !== undefined) this.#policy = name;
    else {
      const known = OTHER_POLICIES.includes(policy!.text) ? 'is not simulated' : 'is no policy';
      const where = { file: this.#file.name, line: policy!.line, column: policy!.column };
      throw new ImportError('E450', `${quoted(policy!.text)} ${known}`, {
        where,
        hint: `simulated are ${[...POLICIES, 'HYBRID_CUSTOMIZED'].join(', ')}`,
      });
    }
    for (let i = 1; i < tokens.length; i++) {
      const word = tokens[i]!;
      const key = word.text.replace(/:$/, '');
      const value = tokens[i + 1];
      if (value === undefined) {
        this.#complain(word, `${quoted(word.text)} without a value`);
        return;
      }
      i++;
      if (key === 'checkpoints' || key === 'checkpoint_initiates') {
        const count = this.#number(value, key, 0, MOST_LAYERS);
        const ids = tokens.slice(i + 1, i + 1 + count).map((id) => this.#number(id, key, 0, MOST_LAYERS));
        if (ids.length < count) this.#complain(value, `${key} announces ${count} layers, ${ids.length} follow`);
        i += count;
        if (key === 'checkpoints') this.#checkpoints = ids;
        else this.#initiates = ids;
      } else if (key === 'pp_comm') {
        if (this.#number(value, key, 0, LARGEST) > 0)
          this.#warn(`pp_comm ${value.text}: the messages between pipeline stages are not simulated`);
      } else if (Object.hasOwn(KEYS, key)) this.#header.set(KEYS[key as keyof typeof KEYS], this.#number(value, key, 1, 2 ** 23));
      else
        this.#complain(
          word,
          `unknown word ${quoted(word.text)}`,
          `known are ${Object.keys(KEYS).join(', ')}, checkpoints, checkpoint_initiates, pp_comm`,
        );
    }
  }

  #parallel(layers: number): SimaiWorkload['parallel'] {
    const header = this.#header;
    const where = { file: this.#file.name, line: 1, column: 1 };
    const missing = LATER_KEYS.filter((key) => !header.has(key));
    const absent = [...missing, ...(header.has('gpus') ? [] : ['all_gpus'])];
    if (absent.length > 0) {
      const ones = missing.length === 0 ? [] : [`${missing.join(' = ')} = 1`];
      const given = header.has('gpus') ? [] : ['the number of GPUs is simai.allGpus'];
      this.#warn(`an old header without ${absent.join(', ')}: ${[...ones, ...given].join('; ')}`);
    }
    const get = (key: string): number => header.get(key) ?? 1;
    const [tp, ep, pp] = [get('tp'), get('ep'), get('pp')];
    const { allGpus } = this.#options;
    const gpus = header.get('gpus') ?? allGpus;
    if (gpus === null)
      this.#problems.add('E451', 'the header does not say how many GPUs there are (all_gpus)', where, 'set simai: { allGpus: .. }');
    else {
      if (allGpus !== null && allGpus !== gpus) this.#problems.add('E451', `the header says ${gpus} GPUs, simai.allGpus ${allGpus}`, where);
      if (gpus % (tp * pp) !== 0)
        this.#problems.add('E451', `${gpus} GPUs are no multiple of ${tp} tensor times ${pp} pipeline ranks`, where);
      else if ((gpus / (tp * pp)) % ep !== 0)
        this.#problems.add('E451', `${gpus / (tp * pp)} data-parallel ranks are no multiple of ${ep} expert ranks`, where);
    }
    const stranger = [...this.#checkpoints, ...this.#initiates].find((id) => id >= layers);
    if (stranger !== undefined)
      this.#problems.add('E450', `there is no layer ${stranger} (checkpoints)`, where, `layers are 0..${layers - 1}`);
    else if (this.#initiates.some((id) => !this.#checkpoints.some((first) => first <= id)))
      this.#problems.add('E450', 'a layer of checkpoint_initiates has no checkpoint at or before it', where);
    return { tp, ep, pp, vpp: get('vpp'), ga: get('ga'), gpus: gpus ?? 1 };
  }

  #layer(row: readonly Placed[]): Layer {
    if (row[1]!.text !== '-1')
      this.#complain(row[1]!, `dependency ${quoted(row[1]!.text)} is not -1`, 'every row depends on the one before');
    const phase = (first: number, name: string): LayerPhase => ({
      computeNs: this.#number(row[first]!, `${name} compute`, 0, LARGEST),
      collective: this.#collective(row[first + 1]!, row[first + 2]!, name),
    });
    const layer = {
      line: row[0]!.line,
      forward: phase(2, 'forward'),
      inputGradient: phase(5, 'input gradient'),
      weightGradient: phase(8, 'weight gradient'),
      updateNs: this.#number(row[11]!, 'update', 0, LARGEST),
    };
    if (this.#policy !== 'HYBRID_CUSTOMIZED') return { ...layer, policy: this.#policy };
    const policy = POLICIES.find((each) => each === row[12]!.text);
    if (policy === undefined)
      this.#complain(row[12]!, `${quoted(row[12]!.text)} is no policy of a layer`, `known are ${POLICIES.join(', ')}`);
    return { ...layer, policy: policy ?? 'HYBRID_TRANSFORMER' };
  }

  #collective(word: Placed, size: Placed, column: string): LayerCollective {
    const [, base, suffix] = /^([A-Z]+?)(_EP|_DP_EP)?$/.exec(word.text) ?? [];
    const kind = COLLECTIVES.find((each) => each === base);
    if (kind === undefined)
      this.#complain(
        word,
        `unknown communication ${quoted(word.text)} (${column})`,
        `known are ${COLLECTIVES.join(', ')}, each also with _EP or _DP_EP`,
      );
    const bytes = this.#number(size, `${column} bytes`, 0, LARGEST);
    if (kind === 'BROADCAST') this.#broadcasts++;
    return { kind: kind ?? 'NONE', group: suffix === '_EP' ? 'EP' : suffix === '_DP_EP' ? 'DP_EP' : 'column', bytes };
  }
}
