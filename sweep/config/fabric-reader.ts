import { InternalError } from '../../sim/base/errors.ts';
import { BlockValidator, isComplete } from './blocks.ts';
import { CompatFileReader } from './compat-files.ts';
import type { OpenFile, ReadFile } from './files.ts';
import { openFileOnDisk, opening } from './files.ts';
import type { CheckedRun, Frame, RunReader } from './run-reader.ts';
import { BLOCKS, type BlockName, type Config } from './schema/config.ts';
import { toScenario } from './to-scenario.ts';
import { TopologyFiles } from './topology-files.ts';
import type { MapNode } from './tree.ts';
import { WorkloadFiles } from './workload-files.ts';

const RUN_BLOCKS = (Object.keys(BLOCKS) as BlockName[]).filter((name) => name !== 'sweep' && name !== 'report');

/** Reads documents of kind fabric, with the files of topologies, workloads and other programs that they name. */
export class FabricReader implements RunReader {
  readonly #name: string;
  readonly #topologyFiles: TopologyFiles;
  readonly #validator: BlockValidator;
  readonly #files: WorkloadFiles;
  readonly #compatFiles: CompatFileReader;

  /**
   * @param path of the config: files are relative to its folder
   * @param name of a config that has none of its own
   */
  constructor(path: string, name: string, readFile: ReadFile, openFile: OpenFile | null) {
    this.#name = name;
    this.#topologyFiles = new TopologyFiles(path, readFile);
    this.#validator = new BlockValidator(this.#topologyFiles);
    this.#files = new WorkloadFiles(path, openFile ?? opening(readFile));
    this.#compatFiles = new CompatFileReader(path, readFile);
  }

  frame(document: MapNode): Frame {
    return this.#validator.validate(document, ['name', 'seed', 'trace', 'sweep', 'report']);
  }

  check(document: MapNode): CheckedRun {
    const { root, errors, config, topologyWarnings } = this.#validator.validate(document, RUN_BLOCKS);
    const whole = { ...config, sweep: undefined, report: undefined };
    const valid = errors.length === 0 && isComplete(whole) ? whole : null;
    return { root, errors, seed: config.seed ?? 0, config: valid, scenario: () => this.#scenario(valid, topologyWarnings) };
  }

  async checkWithFiles(document: MapNode): Promise<CheckedRun> {
    const { unread } = this.#validator.validate(document, RUN_BLOCKS);
    if (unread !== null) await this.#topologyFiles.load(unread);
    const checked = this.check(document);
    if (checked.config === null) return checked;
    const config = checked.config as Config;
    const error = (await this.#files.load(config, checked.root)) ?? (await this.#compatFiles.load(config, checked.root));
    return error === null ? checked : { ...checked, errors: [...checked.errors, error] };
  }

  #scenario(config: Config | null, topologyWarnings: readonly string[]) {
    if (config === null) throw new InternalError('E912', 'a config with errors has no scenario');
    const filesOf: Parameters<typeof toScenario>[2] = (workload, ranks) => this.#files.loaded(workload, ranks);
    const scenario = toScenario(config, config.name ?? this.#name, filesOf, this.#compatFiles.loaded(config));
    return topologyWarnings.length === 0 ? scenario : { ...scenario, topology: { ...scenario.topology, notices: topologyWarnings } };
  }
}

/** Files of workloads are opened on disk where the config is read from there. */
export const openFileOf = (readFile: ReadFile | undefined, openFile: OpenFile | undefined): OpenFile | null =>
  openFile ?? (readFile === undefined ? openFileOnDisk : null);
