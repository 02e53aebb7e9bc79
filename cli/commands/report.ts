import { Command } from 'commander';
import type { Terminal } from '../terminal.ts';

/** `netsim report DIR`: draws the report and the charts of a result folder again. */
export function reportCommand(terminal: Terminal): Command {
  return new Command('report')
    .description('write report.html and charts/ of a result folder again, from its stored cells')
    .argument('<dir>', 'result folder of netsim sweep')
    .action(async (dir: string) => {
      const { rebuildReport } = await import('../../sweep/report.ts');
      const { cells, missing } = await rebuildReport(dir);
      terminal.note(`wrote ${dir}/report.html from ${cells} cells${missing === 0 ? '' : `; ${missing} have no result yet`}`);
    });
}
