import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { Notice } from '../workload.ts';
import { checkRanks, type ImportRequest } from './import-request.ts';
import { emptyFile } from './lines.ts';
import {
  type Buffer,
  COLLECTIVES,
  type Gpu,
  isStepType,
  type MscclProgram,
  PROTOCOLS,
  STEP_TYPES,
  type Slot,
  type Step,
  type ThreadBlock,
} from './msccl-program.ts';
import { Problems } from './problems.ts';
import { quoted, rangeText, wholeNumber } from './tokens.ts';
import { type XmlTag, xmlTags } from './xml-tags.ts';

/** Limits of the interpreter; more than these run here, with a warning, but for the chunks of a step. */
const LARGEST_COUNT = 71;
const MOST_STEPS = 256;
const MOST_BLOCKS = 216;
const MOST_BLOCKS_OF_CHANNEL = 32;
const MOST_CHUNKS = 2 ** 20;
const MOST_CHANNELS = 2 ** 10;
const BUFFERS = ['i', 'o', 's'] as const;

export interface ParsedMsccl {
  readonly program: MscclProgram;
  readonly notices: readonly Notice[];
}

/** Elements as they are read; dependencies still by id. */
interface OpenBlock extends Omit<ThreadBlock, 'steps'> {
  readonly steps: (Step & { readonly depId: number; readonly hasDep: boolean })[];
}

/** @throws ImportError with every mistake found, at most 20 */
export const parseMscclXml = (file: InputFile, request: ImportRequest): ParsedMsccl => new MscclReader(file, request).read();

class MscclReader {
  readonly #file: InputFile;
  readonly #request: ImportRequest;
  readonly #problems = new Problems();
  readonly #notices: Notice[] = [];
  #head: Omit<MscclProgram, 'gpus'> | null = null;
  #ngpus = 0;
  #channels = 0;
  readonly #gpus = new Map<number, { readonly id: number; readonly size: Gpu['size']; readonly blocks: OpenBlock[] }>();
  #path: string[] = [];
  #gpu: { readonly id: number; readonly size: Gpu['size']; readonly blocks: OpenBlock[] } | null = null;
  #block: OpenBlock | null = null;

  constructor(file: InputFile, request: ImportRequest) {
    this.#file = file;
    this.#request = request;
  }

  read(): ParsedMsccl {
    let last: XmlTag | null = null;
    for (const tag of xmlTags(this.#file)) {
      last = tag;
      this.#tag(tag);
    }
    if (last === null) throw emptyFile(this.#file, 'an MSCCL algorithm: <algo ..>');
    if (this.#path.length > 0) this.#complain(last, `<${this.#path.at(-1)}> is not closed`, 'is the file cut off?');
    const head = this.#head;
    if (head === null) throw new ImportError('E470', 'no <algo>', { where: this.#where(last), hint: 'is this an MSCCL algorithm?' });
    if (this.#gpus.size !== this.#ngpus) this.#complain(last, `ngpus is ${this.#ngpus}, the file has ${this.#gpus.size} gpu elements`);
    this.#problems.throwIfAny();
    const gpus = Array.from({ length: this.#ngpus }, (_, id) => this.#finish(this.#gpus.get(id)!));
    this.#problems.throwIfAny();
    this.#warnOfLimits(gpus);
    return { program: { ...head, gpus }, notices: this.#notices };
  }

  #where({ line, column }: { readonly line: number; readonly column: number }) {
    return { file: this.#file.name, line, column };
  }

  #complain(tag: { readonly line: number; readonly column: number }, message: string, hint?: string): void {
    this.#problems.add('E470', message, this.#where(tag), hint);
  }

  #warn(text: string): void {
    this.#notices.push({ level: 'warning', text: `${this.#file.name}: ${text}` });
  }

  #tag(tag: XmlTag): void {
    const { kind, name } = tag;
    if (kind === 'close') {
      const open = this.#path.pop();
      if (open !== name)
        throw new ImportError('E471', `</${name}> closes <${open ?? ''}>`, { where: this.#where(tag), hint: 'tags must nest' });
      return;
    }
    const place = this.#path.join('/');
    if (name === 'algo' && place === '' && this.#head === null) this.#algo(tag);
    else if (name === 'gpu' && place === 'algo') this.#openGpu(tag);
    else if (name === 'tb' && place === 'algo/gpu') this.#openBlock(tag);
    else if ((name === 'step' || name === 'op') && place === 'algo/gpu/tb') this.#step(tag);
    else
      throw new ImportError('E470', `<${name}> does not belong ${place === '' ? 'here' : `in <${this.#path.at(-1)}>`}`, {
        where: this.#where(tag),
        hint: 'algo holds gpu, gpu holds tb, tb holds step',
      });
    if (kind === 'open') this.#path.push(name);
  }

  /** An attribute that is a whole number; `otherwise` where it may be missing. */
  #number(tag: XmlTag, name: string, least: number, most: number, otherwise?: number): number {
    const text = tag.attributes.get(name);
    if (text === undefined && otherwise !== undefined) return otherwise;
    const value = wholeNumber(text?.trim(), least, most);
    if (value === null)
      this.#complain(
        tag,
        `${name} ${text === undefined ? 'is missing: it' : quoted(text)} must be ${rangeText(least, most)} in <${tag.name}>`,
      );
    return value ?? otherwise ?? least;
  }

  #word<W extends string>(tag: XmlTag, name: string, words: readonly W[]): W {
    const text = tag.attributes.get(name);
    const word = words.find((each) => each === text);
    if (word === undefined) this.#complain(tag, `${name} ${quoted(text ?? '')} of <${tag.name}> is none of ${words.join(', ')}`);
    return word ?? words[0]!;
  }

  #algo(tag: XmlTag): void {
    this.#ngpus = this.#number(tag, 'ngpus', 1, 2 ** 23);
    checkRanks(this.#ngpus, 'GPUs', this.#request, { file: this.#file.name, line: tag.line });
    this.#channels = this.#number(tag, 'nchannels', 1, MOST_CHANNELS);
    const chunks = this.#number(tag, 'nchunksperloop', 1, MOST_CHUNKS);
    const collective = this.#word(tag, 'coll', COLLECTIVES);
    const inPlace = this.#number(tag, 'inplace', 0, 1, 0) === 1;
    if ((collective === 'allgather' || collective === 'reduce_scatter' || collective === 'alltoall') && chunks % this.#ngpus !== 0)
      this.#complain(tag, `nchunksperloop ${chunks} of ${collective} is no multiple of ngpus ${this.#ngpus}`);
    const [minBytes, maxBytes] = [
      this.#number(tag, 'minBytes', 0, Number.MAX_SAFE_INTEGER, 0),
      this.#number(tag, 'maxBytes', 0, Number.MAX_SAFE_INTEGER, 2 ** 27),
    ];
    const { options } = this.#request;
    if (options.format === 'msccl-xml' && (options.sizeBytes < minBytes || options.sizeBytes > maxBytes))
      this.#warn(`the algorithm is for ${minBytes} to ${maxBytes} bytes (minBytes, maxBytes), the size is ${options.sizeBytes}`);
    this.#head = {
      file: this.#file.name,
      name: tag.attributes.get('name') ?? '',
      protocol: this.#word(tag, 'proto', PROTOCOLS),
      chunks,
      collective,
      inPlace,
    };
  }

  #openGpu(tag: XmlTag): void {
    const { collective, chunks } = this.#head!;
    const id = this.#number(tag, 'id', 0, this.#ngpus - 1);
    const [i, o, s] = BUFFERS.map((buffer) => this.#number(tag, `${buffer}_chunks`, 0, MOST_CHUNKS)) as [number, number, number];
    const shards = { i: collective === 'allgather' ? this.#ngpus : 1, o: collective === 'reduce_scatter' ? this.#ngpus : 1 };
    for (const [name, size, parts] of [
      ['i_chunks', i, shards.i],
      ['o_chunks', o, shards.o],
    ] as const) {
      if (size > 0 && size * parts !== chunks)
        this.#complain(tag, `${name} ${size}${parts > 1 ? ` times ${parts} GPUs` : ''} is not nchunksperloop ${chunks}`);
    }
    if (this.#gpus.has(id)) this.#complain(tag, `gpu ${id} is given twice`);
    // A buffer that is left out has the size that the collective gives it; steps then use the other one, or none.
    const size = { i: i > 0 || !this.#head!.inPlace ? i : chunks / shards.i, o: o > 0 || !this.#head!.inPlace ? o : chunks / shards.o, s };
    this.#gpu = { id, size, blocks: [] };
    this.#gpus.set(id, this.#gpu);
  }

  #openBlock(tag: XmlTag): void {
    const gpu = this.#gpu!;
    const id = this.#number(tag, 'id', 0, MOST_CHUNKS);
    const [send, recv] = [this.#number(tag, 'send', -1, this.#ngpus - 1), this.#number(tag, 'recv', -1, this.#ngpus - 1)];
    const channel = this.#number(tag, 'chan', 0, this.#channels - 1);
    if (send === gpu.id || recv === gpu.id) this.#complain(tag, `tb ${id} of gpu ${gpu.id} has its own gpu as peer`);
    for (const other of gpu.blocks) {
      if (other.id === id) this.#complain(tag, `tb ${id} is given twice in gpu ${gpu.id}`);
      if (other.channel !== channel) continue;
      const shared =
        send !== -1 && other.send === send ? `sends to ${send}` : recv !== -1 && other.recv === recv ? `receives from ${recv}` : null;
      if (shared !== null)
        this.#complain(
          tag,
          `tb ${other.id} and ${id} of gpu ${gpu.id} share a connection: each ${shared} on channel ${channel}`,
          'their order would depend on the run',
        );
    }
    this.#block = { gpu: gpu.id, id, send, recv, channel, steps: [], line: tag.line };
    gpu.blocks.push(this.#block);
  }

  #step(tag: XmlTag): void {
    const block = this.#block!;
    const isOp = tag.name === 'op';
    const index = this.#number(tag, isOp ? 'step' : 's', 0, MOST_CHUNKS);
    if (index !== block.steps.length) this.#complain(tag, `step ${index} where step ${block.steps.length} should stand`);
    const word = tag.attributes.get('type') ?? '';
    if (!isStepType(word)) {
      this.#complain(
        tag,
        `step type ${quoted(word)}`,
        word === 'ra' ? 'the interpreter accepts ra and does not execute it' : `types are ${Object.keys(STEP_TYPES).join(', ')}`,
      );
      return;
    }
    const kind = STEP_TYPES[word];
    const count = this.#number(tag, 'cnt', word === 'nop' ? 0 : 1, LARGEST_COUNT, isOp ? (word === 'nop' ? 0 : 1) : undefined);
    const usesDst = kind.writes;
    const src = word === 'nop' ? NOWHERE : this.#slot(tag, isOp ? '' : 'src', kind.reads, count);
    const dst = word === 'nop' ? NOWHERE : this.#slot(tag, isOp ? '' : 'dst', usesDst, count);
    if (kind.sends && block.send === -1) this.#complain(tag, `${word} sends, and tb ${block.id} has no peer to send to`);
    if (kind.receives && block.recv === -1) this.#complain(tag, `${word} receives, and tb ${block.id} has no peer to receive from`);
    const depId = this.#number(tag, 'depid', -1, MOST_CHUNKS, isOp ? -1 : undefined);
    const waitStep = this.#number(tag, 'deps', -1, MOST_CHUNKS, isOp ? -1 : undefined);
    const hasDep = this.#number(tag, 'hasdep', 0, 1, isOp ? 0 : undefined) === 1;
    block.steps.push({ type: word, src, dst, count, waitBlock: -1, waitStep, line: tag.line, depId, hasDep });
  }

  /** What a step reads or writes; where it does neither, the attributes document the other side and are not looked at. */
  #slot(tag: XmlTag, prefix: 'src' | 'dst' | '', isUsed: boolean, count: number): Slot {
    if (!isUsed) return NOWHERE;
    const buffer: Buffer = this.#word(tag, `${prefix}buf`, BUFFERS);
    const offset = this.#number(tag, `${prefix}off`, 0, MOST_CHUNKS);
    const size = this.#gpu!.size[buffer];
    if (offset + count > size)
      this.#complain(tag, `chunks ${offset}..${offset + count - 1} of buffer ${buffer} of gpu ${this.#gpu!.id}, which has ${size}`);
    return { buffer, offset };
  }

  /** Dependencies by index. */
  #finish({ id, size, blocks }: { readonly id: number; readonly size: Gpu['size']; readonly blocks: readonly OpenBlock[] }): Gpu {
    const indexOf = new Map(blocks.map((block, index) => [block.id, index]));
    const waited = new Set<OpenBlock['steps'][number]>();
    const finished = blocks.map((block): ThreadBlock => {
      const steps = block.steps.map(({ depId, hasDep: _hasDep, ...step }): Step => {
        if (depId === -1 && step.waitStep === -1) return step;
        const at = { line: step.line, column: 1 };
        const waitBlock = indexOf.get(depId);
        const other = waitBlock === undefined ? undefined : blocks[waitBlock]!.steps[step.waitStep];
        if (depId === block.id) this.#complain(at, `tb ${block.id} of gpu ${id} waits for itself`, 'steps of one tb run in order anyway');
        else if (waitBlock === undefined) this.#complain(at, `depid ${depId}: gpu ${id} has no such tb`);
        else if (other === undefined) this.#complain(at, `deps ${step.waitStep}: tb ${depId} of gpu ${id} has no such step`);
        if (other !== undefined) waited.add(other);
        return { ...step, waitBlock: waitBlock ?? -1 };
      });
      return { ...block, steps };
    });
    const steps = blocks.flatMap((block) => block.steps);
    const silent = [...waited].filter(({ hasDep }) => !hasDep).length;
    if (silent > 0) this.#warn(`${silent} steps of gpu ${id} that another tb waits for have hasdep 0: the interpreter would wait for ever`);
    const loud = steps.filter((step) => step.hasDep && !waited.has(step)).length;
    if (loud > 0) this.#warn(`${loud} steps of gpu ${id} have hasdep 1 and nothing waits for them`);
    return { id, size, blocks: finished };
  }

  #warnOfLimits(gpus: readonly Gpu[]): void {
    const most = (what: (gpu: Gpu) => number): number => gpus.reduce((largest, gpu) => Math.max(largest, what(gpu)), 0);
    const ofChannel = ({ blocks }: Gpu): number => {
      const counts = new Map<number, number>();
      for (const { channel } of blocks) counts.set(channel, (counts.get(channel) ?? 0) + 1);
      return [...counts.values()].reduce((largest, count) => Math.max(largest, count), 0);
    };
    const limits: readonly (readonly [number, number, string])[] = [
      [most(({ blocks }) => blocks.reduce((largest, { steps }) => Math.max(largest, steps.length), 0)), MOST_STEPS, 'steps in a tb'],
      [most(({ blocks }) => blocks.length), MOST_BLOCKS, 'tbs in a gpu'],
      [most(ofChannel), MOST_BLOCKS_OF_CHANNEL, 'tbs in a channel'],
    ];
    for (const [found, limit, what] of limits) if (found > limit) this.#warn(`${found} ${what}; the interpreter takes ${limit}`);
    if (gpus.some(({ blocks }) => blocks.some(({ id }) => id >= blocks.length)))
      this.#warn('the ids of tbs have gaps, which the interpreter refuses');
  }
}

/** Of a step that uses no buffer on this side. */
const NOWHERE: Slot = { buffer: 'i', offset: 0 };
