import { InternalError } from '../../sim/base/errors.ts';
import type { CheckedRun, Frame, RunReader } from './run-reader.ts';
import { WIRELESS_BLOCKS, type WirelessBlockName, type WirelessConfig } from './schema/wireless.ts';
import type { MapNode } from './tree.ts';
import { WirelessValidator } from './wireless-blocks.ts';
import { wirelessScenario } from './wireless-specs.ts';

const RUN_BLOCKS = (Object.keys(WIRELESS_BLOCKS) as WirelessBlockName[]).filter((name) => name !== 'sweep' && name !== 'report');

/** Reads documents of kind wireless; they name no files. */
export class WirelessReader implements RunReader {
  readonly #name: string;
  readonly #validator = new WirelessValidator();

  /** @param name of a config that has none of its own */
  constructor(name: string) {
    this.#name = name;
  }

  frame(document: MapNode): Frame {
    return this.#validator.validate(document, ['name', 'seed', 'sweep', 'report']);
  }

  check(document: MapNode): CheckedRun {
    const { root, errors, config } = this.#validator.validate(document, RUN_BLOCKS);
    const valid = errors.length === 0 ? (config as WirelessConfig) : null;
    const scenario = () => {
      if (valid === null) throw new InternalError('E912', 'a config with errors has no scenario');
      return wirelessScenario(valid, valid.name ?? this.#name);
    };
    return { root, errors, seed: config.seed ?? 0, config: valid, scenario };
  }

  checkWithFiles(document: MapNode): Promise<CheckedRun> {
    return Promise.resolve(this.check(document));
  }
}
