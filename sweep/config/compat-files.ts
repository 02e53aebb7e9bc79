import { dirname, isAbsolute, join } from 'node:path';
import type { ConfigError } from '../../sim/base/errors.ts';
import type { AstraSimNetwork, AstraSimSystem } from './astra-sim-files.ts';
import { astraSimNetwork, astraSimSystem, FileProblem } from './astra-sim-files.ts';
import type { CompatFiles } from './compat-spec.ts';
import type { ReadFile } from './files.ts';
import { readFailure } from './files.ts';
import { problem } from './problem.ts';
import type { Config } from './schema/config.ts';
import type { TreeNode } from './tree.ts';
import { dottedPath, placeOfValue } from './tree.ts';

const MAX_FILE_BYTES = 2 ** 20;

/** Reads the files that a compat block names, each once, relative to the folder of the config file. */
export class CompatFileReader {
  readonly #folder: string;
  readonly #readFile: ReadFile;
  readonly #networks = new Map<string, AstraSimNetwork | FileProblem>();
  readonly #systems = new Map<string, AstraSimSystem | FileProblem>();

  constructor(configPath: string, readFile: ReadFile) {
    this.#folder = dirname(configPath);
    this.#readFile = readFile;
  }

  /** Reads what the config names. The error stands at the key of the file. */
  async load({ compat }: Config, root: TreeNode): Promise<ConfigError | null> {
    if (compat?.kind !== 'astra-sim') return null;
    const network = await this.#load(compat.network, this.#networks, astraSimNetwork);
    const system = await this.#load(compat.system, this.#systems, astraSimSystem);
    for (const [key, path, found] of [['network', compat.network, network] as const, ['system', compat.system, system] as const]) {
      if (!(found instanceof FileProblem)) continue;
      const place = ['compat', key];
      return problem('badWorkloadFile', placeOfValue(root, place), dottedPath(place), found.in(path!), found.hint);
    }
    return null;
  }

  /** What `load` has read for a config. */
  loaded({ compat }: Config): CompatFiles {
    if (compat?.kind !== 'astra-sim') return {};
    const network = compat.network === undefined ? undefined : this.#networks.get(compat.network);
    const system = compat.system === undefined ? undefined : this.#systems.get(compat.system);
    return {
      ...(network === undefined || network instanceof FileProblem ? {} : { network }),
      ...(system === undefined || system instanceof FileProblem ? {} : { system }),
    };
  }

  async #load<T>(path: string | undefined, known: Map<string, T | FileProblem>, read: (text: string) => T | FileProblem) {
    if (path === undefined) return undefined;
    let found = known.get(path);
    if (found === undefined) known.set(path, (found = await this.#readOne(path, read)));
    return found;
  }

  async #readOne<T>(path: string, read: (text: string) => T | FileProblem): Promise<T | FileProblem> {
    try {
      const bytes = await this.#readFile(isAbsolute(path) ? path : join(this.#folder, path), MAX_FILE_BYTES);
      if (bytes.length > MAX_FILE_BYTES) return new FileProblem('larger than 1 MiB', 'name a file of ASTRA-sim');
      return read(new TextDecoder().decode(bytes));
    } catch (error) {
      const reason = readFailure(error);
      if (reason === undefined) throw error;
      return new FileProblem(reason, 'paths are relative to the folder of the config file');
    }
  }
}
