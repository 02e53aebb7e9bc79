import { ImportError } from '../../sim/base/errors.ts';
import type { InputFile } from '../../sim/base/file-spec.ts';
import { textLines } from './lines.ts';
import { quoted } from './tokens.ts';

/** A tag of an XML file. `empty`: opened and closed in one. */
export interface XmlTag {
  readonly kind: 'open' | 'close' | 'empty';
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where it starts, from 1. */
  readonly line: number;
  readonly column: number;
}

/** A tag is collected until its end is found. */
const LONGEST_TAG = 2 ** 14;

/**
 * The tags of an XML file that has no text between them, read in pieces. Comments, the declaration and a DOCTYPE are skipped; whether
 * tags nest is left to the reader.
 *
 * @throws ImportError at what is no tag
 */
export function* xmlTags(file: InputFile): Generator<XmlTag> {
  let pending = '';
  let [line, column] = [1, 1];
  let lastLine = 1;
  const fail = (message: string, hint = 'is this an XML file?'): never => {
    throw new ImportError('E471', message, { where: { file: file.name, line, column }, hint });
  };
  /** Takes characters off the front. */
  const advance = (count: number): string => {
    const taken = pending.slice(0, count);
    pending = pending.slice(count);
    const feeds = taken.split('\n');
    line += feeds.length - 1;
    column = feeds.length === 1 ? column + count : feeds.at(-1)!.length + 1;
    return taken;
  };
  let inComment = false;
  for (const { number, text } of textLines(file)) {
    lastLine = number;
    pending += `${text}\n`;
    for (;;) {
      if (inComment) {
        const end = pending.indexOf('-->');
        // Two signs may be the beginning of its end.
        advance(end === -1 ? Math.max(0, pending.length - 2) : end + 3);
        if (end === -1) break;
        inComment = false;
      }
      advance(/^\s*/.exec(pending)![0].length);
      if (pending === '') break;
      if (!pending.startsWith('<')) fail(`${quoted(pending.split(/[\s<]/, 1)[0])} between tags`);
      if (pending.startsWith('<!--')) {
        advance(4);
        inComment = true;
        continue;
      }
      const end = endOfTag(pending);
      if (end === -1) {
        if (pending.length > LONGEST_TAG) fail(`a tag longer than ${LONGEST_TAG} characters`);
        break;
      }
      const at = { line, column };
      const tag = /^<[?!]/.test(pending) ? null : parseTag(pending.slice(0, end), at, fail);
      advance(end);
      if (tag !== null) yield tag;
    }
  }
  if (inComment || pending !== '') fail(`the file ends in line ${lastLine} inside ${inComment ? 'a comment' : 'a tag'}`, 'is it cut off?');
}

/** Behind the > that is in no quotes; -1: it is not there yet. */
function endOfTag(text: string): number {
  let quote = '';
  for (let i = 1; i < text.length; i++) {
    const sign = text[i]!;
    if (quote !== '') {
      if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '>') return i + 1;
  }
  return -1;
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

function parseTag(text: string, at: { readonly line: number; readonly column: number }, fail: (message: string) => never): XmlTag {
  const [, slash, name] = /^<(\/?)([A-Za-z_][\w.-]*)/.exec(text) ?? fail(`${quoted(text)} is no tag`);
  const attributes = new Map<string, string>();
  const pattern = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
  let rest = 1 + slash!.length + name!.length;
  pattern.lastIndex = rest;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (attributes.has(match[1]!)) fail(`attribute ${match[1]} of <${name}> is given twice`);
    const value = match[2] ?? match[3]!;
    attributes.set(
      match[1]!,
      value.replaceAll(/&(\w+);/g, (all, entity: string) => ENTITIES[entity] ?? all),
    );
    rest = pattern.lastIndex;
  }
  const end = text.slice(rest).trim();
  if (end !== '>' && (end !== '/>' || slash === '/')) fail(`${quoted(end)} in <${name}> is no attribute`);
  if (slash === '/' && attributes.size > 0) fail(`attributes in </${name}>`);
  return { kind: slash === '/' ? 'close' : end === '/>' ? 'empty' : 'open', name: name!, attributes, ...at };
}
