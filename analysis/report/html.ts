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

/** JSON for a script element: without `<` nothing in it can end the element. */
export const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', '\\u003c').replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

/** A program for a script element: inside strings and comments, where alone it can stand, `<\/script` means the same. */
export const programForScript = (program: string): string => program.replace(/<\/(?=script)/gi, '<\\/');
