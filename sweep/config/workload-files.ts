import { dirname, isAbsolute, join } from 'node:path';
import type { ConfigError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { opening } from '../../workloads/import/byte-reader.ts';
import { detectFormat, formatName, OPENING_BYTES } from '../../workloads/import/detect-format.ts';
import type { FileConfig } from './file-spec.ts';
import type { OpenFile } from './files.ts';
import { readFailure } from './files.ts';
import { problem } from './problem.ts';
import { workloadsOf } from './job-configs.ts';
import type { Config } from './schema/config.ts';
import type { MoeConfig } from './schema/moe.ts';
import type { WorkloadConfig } from './schema/workload.ts';
import type { KeyPath, TreeNode } from './tree.ts';
import { dottedPath, placeOfValue } from './tree.ts';

/** Why a workload's files cannot be used. */
interface FileProblem {
  readonly message: string;
  readonly hint: string;
}

/** Finds the files that workloads name, relative to the folder of the config file. They are read when somebody asks for their pieces. */
export class WorkloadFiles {
  readonly #folder: string;
  readonly #openFile: OpenFile;
  readonly #open = new Map<string, Promise<InputFile | FileProblem | null>>();
  /** By what was asked for: combinations with the same files share one list. */
  readonly #lists = new Map<string, readonly InputFile[]>();

  constructor(configPath: string, openFile: OpenFile) {
    this.#folder = dirname(configPath);
    this.#openFile = openFile;
  }

  /** Opens the files of the config's workloads, if they have any. The error stands at the `path` of a workload. */
  async load(config: Config, root: TreeNode): Promise<ConfigError | null> {
    for (const placed of workloadsOf(config)) {
      const { workload, ranks } = placed;
      if (isRoutingTrace(workload)) {
        const error = await this.#routingTrace(workload, placed.path, root);
        if (error !== null) return error;
      }
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

  /** The files that `load` has found for a workload of so many ranks, in rank order; none for a workload without. */
  loaded(workload: WorkloadConfig, ranks: number): readonly InputFile[] {
    if (isRoutingTrace(workload)) return this.#lists.get(workload.routing.path)!;
    return workload.kind === 'file' ? this.#lists.get(listKey(workload, ranks))! : [];
  }

  async #routingTrace({ routing }: RoutedByTrace, at: KeyPath, root: TreeNode): Promise<ConfigError | null> {
    const files = await this.#one(routing.path);
    if (Array.isArray(files)) {
      this.#lists.set(routing.path, files);
      return null;
    }
    const path = [...at, 'routing', 'path'];
    return problem('badWorkloadFile', placeOfValue(root, path), dottedPath(path), files.message, files.hint);
  }

  async #one(path: string): Promise<InputFile[] | FileProblem> {
    const file = await this.#fetch(path);
    if (file === null) return noSuchFile(path);
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
    return files.length > 0 ? files : this.#noTraces(prefix);
  }

  async #noTraces(prefix: string): Promise<FileProblem> {
    const [, ranksPrefix] = /^(.+)\.\d+\.et$/.exec(prefix) ?? [];
    if (ranksPrefix !== undefined) {
      return { message: `${prefix} is the trace of one rank, and path the prefix of all`, hint: `path: ${ranksPrefix}` };
    }
    const file = await this.#fetch(prefix);
    if (file !== null && !('message' in file)) {
      const detected = detectFormat(opening(file, OPENING_BYTES));
      if (detected !== null && detected.format !== 'chakra') {
        return { message: `${prefix} is no Chakra trace: it begins like ${formatName(detected)}`, hint: `format: ${detected.format}` };
      }
      return { message: `${prefix} is a file, and path the prefix of the traces`, hint: 'name the traces <path>.<rank>.et, from rank 0' };
    }
    return {
      message: `no such file: ${prefix}.0.et`,
      hint: 'path is the prefix of <path>.<rank>.et, relative to the folder of the config file',
    };
  }

  /** null: there is no such file. */
  #fetch(path: string): Promise<InputFile | FileProblem | null> {
    const known = this.#open.get(path) ?? this.#attempt(path);
    this.#open.set(path, known);
    return known;
  }

  async #attempt(path: string): Promise<InputFile | FileProblem | null> {
    try {
      return await this.#openFile(isAbsolute(path) ? path : join(this.#folder, path), path);
    } catch (error) {
      const reason = readFailure(error);
      if (reason === undefined) throw error;
      return reason === 'no such file' ? null : { message: `cannot read ${path}: ${reason}`, hint: 'name a readable file' };
    }
  }
}

const noSuchFile = (path: string): FileProblem => ({
  message: `no such file: ${path}`,
  hint: 'paths are relative to the folder of the config file',
});

type RoutedByTrace = MoeConfig & { readonly routing: Extract<MoeConfig['routing'], { readonly kind: 'trace' }> };

const isRoutingTrace = (workload: WorkloadConfig): workload is RoutedByTrace =>
  workload.kind === 'moe' && workload.routing.kind === 'trace';

/** One trace a rank, `path` being what their names start with. */
const isPrefix = (workload: FileConfig): boolean => workload.format === 'chakra' && !workload.path.endsWith('.json');

const listKey = (workload: FileConfig, ranks: number): string =>
  isPrefix(workload) ? `${workload.path}.*.et of ${ranks} ranks` : workload.path;
