import { escapeXml } from '../charts/svg.ts';

/** Finished markup: text must pass through `text` first, so that no name from a config can become an element. */
export type Html = string;

/** Plain text as markup. */
export const text = escapeXml;

/** An element of a page; null attributes are left out, `true` ones stand without a value. */
export function tag(name: string, attributes: Readonly<Record<string, string | number | true | null>>, ...children: readonly Html[]): Html {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => (value === true ? ` ${key}` : ` ${key}="${escapeXml(String(value))}"`))
    .join('');
  return `<${name}${written}>${children.join('')}</${name}>`;
}

/** Items that fold away below those listed openly; a page with more of them is no place to read them. */
const FOLDED_ITEMS = 1000;

/**
 * A list of which the first `listed` items are open and the next ones fold away; of a very long one the last are only counted.
 *
 * @param made makes item `index`, below `count`
 */
export function foldingList(count: number, listed: number, what: string, cssClass: string | null, made: (index: number) => Html): Html {
  const items = (from: number, to: number): Html[] => Array.from({ length: to - from }, (_, i) => made(from + i));
  const open = tag('ul', { class: cssClass }, ...items(0, Math.min(count, listed)));
  if (count <= listed) return open;
  const last = Math.min(count, listed + FOLDED_ITEMS);
  const rest = last === count ? '' : tag('p', {}, `${count - last} more are not listed here.`);
  return (
    open + tag('details', {}, tag('summary', {}, `${count - listed} ${what}`), tag('ul', { class: cssClass }, ...items(listed, last)), rest)
  );
}

/** JSON for a script element: without `<` nothing in it can end the element. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** A program for a script element: inside strings and comments, where alone it can stand, `<\/script` means the same. */
export const programForScript = (program: string): string => program.replace(/<\/(?=script)/gi, '<\\/');
