import { formatQuantity, type Dimension } from '../../sim/base/quantity.ts';
import type { TransportSpec } from '../../sim/base/transport-spec.ts';
import type { Json, JsonBlock } from './tree.ts';

/** The dimension of a number of a spec, by the unit at the end of its name. */
const UNIT_SUFFIXES: readonly (readonly [string, Dimension])[] = [
  ['Bytes', 'bytes'],
  ['Bps', 'rate'],
  ['Ps', 'time'],
];

/**
 * The transport block that gives this spec again: quantities with units; what follows from the fabric, and what does not apply, left out.
 * A key is the name of the spec's field without its unit.
 */
export function transportBlock(transport: TransportSpec): JsonBlock {
  const { kind, recovery, rtoPs, nackIntervalPs, reorderPackets, ...constants } = transport;
  const common = { recovery, rtoPs, ...(recovery === 'gbn' ? { nackIntervalPs } : {}) };
  const { credit = null, scaling = {}, ...plain } = { credit: null, scaling: {}, ...constants };
  const grants = credit === null ? {} : { credit: quantities({ ...credit }) };
  const places = reorderPackets === undefined ? {} : { outOfOrder: reorderPackets === 0 ? 'drop' : { buffer: reorderPackets } };
  return { kind, ...quantities(plain), ...grants, ...quantities({ ...scaling }), ...quantities(common), ...places };
}

function quantities(fields: Readonly<Record<string, number | string | boolean | null>>): JsonBlock {
  const block: Record<string, Json> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) continue;
    const unit = UNIT_SUFFIXES.find(([suffix]) => name.endsWith(suffix));
    if (unit === undefined || typeof value !== 'number') block[name] = value;
    else block[name.slice(0, -unit[0].length)] = formatQuantity(value, unit[1]);
  }
  return block;
}
