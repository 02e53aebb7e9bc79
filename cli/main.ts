#!/usr/bin/env node
import { buildProgram } from './program.ts';
import { reportError } from './errors.ts';
import { raiseInliningBudget } from './inlining-budget.ts';
import { processTerminal } from './terminal.ts';

raiseInliningBudget();
const args = process.argv.slice(2);
// Read here as well as by commander: an error may come before its options are parsed.
const terminal = processTerminal({ quiet: args.includes('--quiet'), color: !args.includes('--no-color') }, process);
try {
  await buildProgram(terminal).parseAsync(args, { from: 'user' });
} catch (error) {
  process.exitCode = reportError(error, terminal, args.includes('--debug'), args);
}
