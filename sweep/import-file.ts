import { buildTopology } from '../topologies/build-topology.ts';
import type { FileSpec, InputFile } from '../sim/base/file-spec.ts';
import { ImportError } from '../sim/base/errors.ts';
import { COMPUTE, SEND } from '../sim/base/schedule.ts';
import { ByteReader } from '../workloads/import/byte-reader.ts';
import { type DetectedFormat, detectFormat, OPENING_BYTES } from '../workloads/import/detect-format.ts';
import type { Notice } from '../workloads/workload.ts';
import { runSingle } from './cells.ts';
import { openFileOnDisk, type ReadFile, readFailure, readFileFromDisk } from './config/files.ts';
import { loadConfig } from './config/load.ts';
import { asOptions, NO_CONFIG, withoutConfig } from './import-messages.ts';

export interface ImportFileOptions {
  /** By default told from the beginning of the file. */
  readonly format?: string;
  /** `key=value` below the workload (or topology), such as `htsim.startUnit=us`. */
  readonly set?: readonly string[];
}

/** What a file holds, for a person or a script. */
export interface ImportSummary {
  readonly what: 'workload' | 'topology';
  readonly format: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly notices: readonly Notice[];
}

/** More hosts than any file has ranks, for a file that is looked at without a fabric. */
const HOSTS = 2 ** 20;

/**
 * Imports a traffic, trace or topology file and says what is in it. Traces of several ranks are named by their first, `<prefix>.0.et`, or
 * by `<prefix>`.
 *
 * @throws ImportError when it cannot be read, ConfigErrors for options that are wrong
 */
export async function importFile(path: string, options: ImportFileOptions = {}): Promise<ImportSummary> {
  const prefix = options.format === undefined || options.format === 'chakra' ? await tracePrefix(path) : null;
  const found = prefix === null ? await formatOf(path, options.format) : ({ what: 'workload', format: 'chakra' } as const);
  const { what, format } = found;
  const own = { kind: 'file', format, path: prefix ?? path };
  const blocks =
    what === 'workload'
      ? { topology: { kind: 'leaf-spine', leaves: 1, spines: 1, hostsPerLeaf: HOSTS, hostLink: LINK, fabricLink: LINK }, workload: own }
      : { topology: own, workload: { kind: 'flows', flows: [{ src: 0, dst: 1, size: '1B' }] } };
  const text = new TextEncoder().encode(JSON.stringify(blocks));
  const set = (options.set ?? []).map((assignment) => (assignment.startsWith(`${what}.`) ? assignment : `${what}.${assignment}`));
  const readFile: ReadFile = (file, maxBytes) => (file === NO_CONFIG ? Promise.resolve(text) : readFileFromDisk(file, maxBytes));
  const scenario = await loadConfig(NO_CONFIG, { set, readFile, openFile: openFileOnDisk })
    .then(async (loaded) => (await runSingle(loaded)).scenario)
    .catch((error: unknown) => {
      throw withoutConfig(error, prefix ?? path);
    });
  const { workload } = scenario;
  if (what === 'workload') return { what, format, ...workloadSummary(workload as FileSpec) };
  const { hosts, switches, links } = buildTopology(scenario.topology, [], 2, scenario.seed);
  const notices = (scenario.topology.notices ?? []).map((text): Notice => ({ level: 'warning', text }));
  return { what, format, counts: { hosts, switches, links }, notices };
}

const LINK = { rate: '400Gbps', delay: '500ns' };

function workloadSummary({ imported }: FileSpec): Pick<ImportSummary, 'counts' | 'notices'> {
  const { schedule, facts, notices } = imported;
  const { ranks, ops, kind, bytes, durationPs, rank, phaseNames, depOp } = schedule;
  let [messages, total, computes] = [0, 0, 0];
  const computePs = new Float64Array(ranks);
  for (let op = 0; op < ops; op++) {
    if (kind[op] === SEND) {
      messages++;
      total += bytes[op]!;
    } else if (kind[op] === COMPUTE) {
      computes++;
      computePs[rank[op]!]! += durationPs[op]!;
    }
  }
  const computeUs = computePs.reduce((most, ps) => Math.max(most, ps), 0) / 1e6;
  const counts = { ranks, operations: ops, messages, bytes: total, computes, compute_us_max: computeUs };
  const said = notices.map(({ level, text }): Notice => ({ level, text: asOptions(text) }));
  return { counts: { ...counts, dependencies: depOp.length, phases: phaseNames.length, ...facts }, notices: said };
}

/** `traces/step` of `traces/step.0.et`, or of itself where only the traces of its ranks are there; null: it is one file. */
async function tracePrefix(path: string): Promise<string | null> {
  const first = /^(.+)\.\d+\.et$/.exec(path);
  if (first !== null) return first[1]!;
  if ((await open(path)) !== null) return null;
  return (await open(`${path}.0.et`)) === null ? null : path;
}

async function open(path: string): Promise<InputFile | null> {
  try {
    return await openFileOnDisk(path, path);
  } catch {
    return null;
  }
}

const FORMATS = ['htsim', 'chakra', 'goal', 'msccl-xml', 'simai', 'hpcc', 'astra-sim'];

async function formatOf(path: string, given: string | undefined): Promise<DetectedFormat> {
  let file: InputFile;
  try {
    file = await openFileOnDisk(path, path);
  } catch (error) {
    const reason = readFailure(error);
    if (reason === undefined) throw error;
    throw new ImportError('E400', `cannot read the file: ${reason}`, { where: { file: path }, hint: 'name a readable file' });
  }
  const detected = detectFormat(new ByteReader(file).take(OPENING_BYTES));
  if (given === undefined) {
    if (detected !== null) return detected;
    throw new ImportError('E400', 'the format cannot be told from how the file begins', {
      where: { file: path, line: 1, column: 1 },
      hint: `name it with --format: ${FORMATS.join(', ')}`,
    });
  }
  const what = given === 'astra-sim' || (detected?.what === 'topology' && detected.format === given) ? 'topology' : 'workload';
  return { what, format: given } as DetectedFormat;
}
