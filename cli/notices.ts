import type { Notice } from '../workloads/build-workload.ts';
import { ImportError } from '../sim/base/errors.ts';
import type { Terminal } from './terminal.ts';

/** Of notices that differ in their numbers only, so many are shown. */
const SHOWN = 3;

/** What importers and balancers have to say: warnings always, notes unless quiet. Of many of one kind the first few are shown. */
export function showNotices(notices: readonly Notice[], terminal: Terminal): void {
  for (const [first, ...others] of kindsOf(notices)) {
    const show = (text: string): void => (first.level === 'warning' ? terminal.err(`warning: ${text}`) : terminal.note(`note: ${text}`));
    const shown = [first, ...others].slice(0, SHOWN);
    for (const { text } of shown) show(text);
    const more = 1 + others.length - shown.length;
    if (more > 0) show(`and ${more} more like this`);
  }
}

/**
 * `--strict`: warnings about a file are errors.
 *
 * @throws ImportError that lists the warnings, if there are any
 */
export function refuseWarnings(notices: readonly Notice[]): void {
  const warnings = [...new Set(notices.filter(({ level }) => level === 'warning').map(({ text }) => text))];
  if (warnings.length === 0) return;
  throw new ImportError('E404', [...warnings.slice(0, 20), 'with --strict these warnings are errors'].join('\n'));
}

/** Each text once, those that differ in their numbers only together, in the order of their first appearance. */
function kindsOf(notices: readonly Notice[]): Iterable<readonly [Notice, ...Notice[]]> {
  const kinds = new Map<string, [Notice, ...Notice[]]>();
  for (const notice of new Map(notices.map((notice) => [`${notice.level} ${notice.text}`, notice])).values()) {
    const kind = `${notice.level} ${notice.text.replaceAll(/\d+(?:\.\d+)?/g, '#')}`;
    const same = kinds.get(kind);
    if (same === undefined) kinds.set(kind, [notice]);
    else same.push(notice);
  }
  return kinds.values();
}
