import { Command } from 'commander';
import { netsimVersion } from '../sweep/version.ts';
import { boundsCommand } from './commands/bounds.ts';
import { importCommand } from './commands/import.ts';
import { exportCommand } from './commands/export.ts';
import { initCommand } from './commands/init.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { sweepCommand } from './commands/sweep.ts';
import { validateCommand } from './commands/validate.ts';
import { withGeneralOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

const EXIT_CODES = `
Exit codes:
  0    all ran
  1    a cell failed or did not finish
  2    config or usage error; nothing was run or written
  3    a proven bound was violated
  130  interrupted; what was done is kept, and --resume goes on`;

/** The program with all its commands. Commands import what is slow to load when they run, so that help and usage errors are quick. */
export function buildProgram(terminal: Terminal): Command {
  const program = new Command('netsim')
    .description('What a collective costs on a fabric, under a load balancer and a transport, and why.')
    .version(netsimVersion())
    .addHelpText('afterAll', EXIT_CODES);
  const commands = [
    runCommand,
    sweepCommand,
    boundsCommand,
    exportCommand,
    validateCommand,
    importCommand,
    reportCommand,
    schemaCommand,
    initCommand,
  ];
  for (const make of commands) program.addCommand(withGeneralOptions(make(terminal)));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });
  }
  return program;
}
