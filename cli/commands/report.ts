import { Command } from 'commander';
import { jsonDocument } from '../print-rows.ts';
import type { Terminal } from '../terminal.ts';

/** `netsim report DIR`: draws the report and the charts of a result folder again. */
export function reportCommand(terminal: Terminal): Command {
  return new Command('report')
    .description('write report.html and charts/ of a result folder again, from its stored cells')
    .argument('<dir>', 'result folder of netsim sweep')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (dir: string, options: { readonly json?: true }) => {
      const { rebuildReport } = await import('../../sweep/report.ts');
      const { cells, missing } = await rebuildReport(dir);
      terminal.note(`wrote ${dir}/report.html from ${cells} cells${missing === 0 ? '' : `; ${missing} have no result yet`}`);
      if (options.json === true) terminal.out(jsonDocument({ out: dir, cells }));
    });
}
