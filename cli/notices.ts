import type { Notice } from '../workloads/build-workload.ts';
import type { Terminal } from './terminal.ts';

/** What importers have to say: warnings always, notes unless quiet. */
export function showNotices(notices: readonly Notice[], terminal: Terminal): void {
  for (const { level, text } of notices) {
    if (level === 'warning') terminal.err(`warning: ${text}`);
    else terminal.note(`note: ${text}`);
  }
}
