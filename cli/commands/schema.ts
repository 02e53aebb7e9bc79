import { Command } from 'commander';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';

/** `netsim schema`: the JSON Schema of a config file, for editors. */
export function schemaCommand(terminal: Terminal): Command {
  return new Command('schema').description('print the JSON Schema of a config file, for completion in editors').action(async () => {
    const { publishedSchema } = await import('../../sweep/config/schema/json-schema.ts');
    terminal.out(jsonDocument(publishedSchema()));
  });
}
