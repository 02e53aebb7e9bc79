import { dirname, isAbsolute, join } from 'node:path';
import type { ConfigError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import type { ReadFile } from './files.ts';
import { readFailure } from './files.ts';
import { problem } from './problem.ts';
import { workloadsOf } from './job-configs.ts';
import type { Config } from './schema/config.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { TreeNode } from './tree.ts';
import { dottedPath, placeOfValue } from './tree.ts';

type FileConfig = Extract<WorkloadConfig, { kind: 'file' }>;

const MAX_FILE_BYTES = 2 ** 30;

/** Why a workload's files cannot be used. */
interface FileProblem {
  readonly message: string;
  readonly hint: string;
}

/** Reads the files that workloads name, each once, relative to the folder of the config file. */
export class WorkloadFiles {
  readonly #folder: string;
  readonly #readFile: ReadFile;
  readonly #read = new Map<string, Promise<InputFile | FileProblem | null>>();
  /** By what was asked for: combinations with the same files share one list. */
  readonly #lists = new Map<string, readonly InputFile[]>();

  constructor(configPath: string, readFile: ReadFile) {
    this.#folder = dirname(configPath);
    this.#readFile = readFile;
  }

  /** Reads the files of the config's workloads, if they have any. The error stands at the `path` of a workload. */
  async load(config: Config, root: TreeNode): Promise<ConfigError | null> {
    for (const placed of workloadsOf(config)) {
      const { workload, ranks } = placed;
      if (workload.kind !== 'file' || this.#lists.has(listKey(workload, ranks))) continue;
      const files = isPrefix(workload) ? await this.#traces(workload.path, ranks) : await this.#one(workload.path);
      if (!Array.isArray(files)) {
        const path = [...placed.path, 'path'];
        return problem('badWorkloadFile', placeOfValue(root, path), dottedPath(path), files.message, files.hint);
      }
      this.#lists.set(listKey(workload, ranks), files);
    }
    return null;
  }

  /** The files that `load` has read for a workload of so many ranks, in rank order; none for a workload without. */
  loaded(workload: WorkloadConfig, ranks: number): readonly InputFile[] {
    return workload.kind === 'file' ? this.#lists.get(listKey(workload, ranks))! : [];
  }

  async #one(path: string): Promise<InputFile[] | FileProblem> {
    const file = await this.#fetch(path);
    if (file === null) return { message: `no such file: ${path}`, hint: 'paths are relative to the folder of the config file' };
    return 'message' in file ? file : [file];
  }

  /** `<prefix>.0.et`, `<prefix>.1.et`, .. until one is missing. */
  async #traces(prefix: string, ranks: number): Promise<InputFile[] | FileProblem> {
    const files: InputFile[] = [];
    for (;;) {
      const file = await this.#fetch(`${prefix}.${files.length}.et`);
      if (file === null) break;
      if ('message' in file) return file;
      if (files.length === ranks)
        return { message: `traces of more than ${ranks} ranks`, hint: 'one rank a host: enlarge the topology or workload.ranks' };
      files.push(file);
    }
    if (files.length > 0) return files;
    return {
      message: `no such file: ${prefix}.0.et`,
      hint: 'path is the prefix of <path>.<rank>.et, relative to the folder of the config file',
    };
  }

  /** null: there is no such file. */
  #fetch(path: string): Promise<InputFile | FileProblem | null> {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    const reading = this.#readOne(path);
    this.#read.set(path, reading);
    return reading;
  }

  async #readOne(path: string): Promise<InputFile | FileProblem | null> {
    try {
      const bytes = await this.#readFile(isAbsolute(path) ? path : join(this.#folder, path), MAX_FILE_BYTES);
      if (bytes.length > MAX_FILE_BYTES) return { message: `${path} is larger than 1 GiB`, hint: 'split it' };
      return { name: path, bytes };
    } catch (error) {
      const reason = readFailure(error);
      if (reason === undefined) throw error;
      return reason === 'no such file' ? null : { message: `cannot read ${path}: ${reason}`, hint: 'name a readable file' };
    }
  }
}

/** One trace a rank, `path` being what their names start with. */
const isPrefix = (workload: FileConfig): boolean => workload.format === 'chakra' && !workload.path.endsWith('.json');

const listKey = (workload: FileConfig, ranks: number): string =>
  isPrefix(workload) ? `${workload.path}.*.et of ${ranks} ranks` : workload.path;
