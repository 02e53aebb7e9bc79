import type { Value } from '../../analysis/rows.ts';
import { configValueAt } from './blocks.ts';
import type { TreeNode } from './tree.ts';

/**
 * A swept key as its column shows it: quantities as numbers in base units (bytes, bits/s, picoseconds), words as they are, a block
 * as its kind and the options written: `ecmp-split(k=4)`. null: the key is not set in this cell and its default follows from the fabric.
 *
 * @param written the value as the sweep (or, where it sets none, the config) has it: keys swept below it have columns of their own
 */
export function sweptValue(config: object, path: readonly string[], written: TreeNode | undefined): Value {
  const value = configValueAt(config, path);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  return written === undefined ? null : label(written);
}

function label(node: TreeNode): string {
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'list':
      return `[${node.items.map(label).join(',')}]`;
    case 'map': {
      const kind = node.entries.get('kind')?.value;
      const options = [...node.entries].filter(([key]) => key !== 'kind').map(([key, entry]) => `${key}=${label(entry.value)}`);
      const name = kind === undefined ? '' : label(kind);
      return options.length === 0 ? name : `${name}(${options.join(',')})`;
    }
  }
}
