/** An element of a parsed document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  /** Character data directly inside, entities resolved. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function resolve(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`bare < or > in "${text}"`);
  return text.replace(/&([^;]*;?)/g, (whole, body: string) => {
    const resolved = body.endsWith(';') ? ENTITIES[body.slice(0, -1)] : undefined;
    if (resolved === undefined) throw new Error(`not an entity: "${whole}"`);
    return resolved;
  });
}

/**
 * The root element of `xml`, which must be well formed: tags nest, attributes are quoted and unique, nothing but the five entities stands
 * for a reserved character. Enough XML for the SVG that we write: no comments, no sections, no declarations.
 *
 * @throws Error where it is not well formed
 */
export function parseXml(xml: string): XmlElement {
  const top: XmlElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  let at = 0;
  for (const match of xml.matchAll(/<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [whole, closing, name, written, empty] = match as unknown as [string, string, string, string, string];
    open.at(-1)!.text += resolve(xml.slice(at, match.index));
    at = match.index + whole.length;
    if (closing === '/') {
      const element = open.pop()!;
      if (element.name !== name) throw new Error(`</${name}> closes <${element.name}>`);
      continue;
    }
    const attributes: Record<string, string> = {};
    for (const [, key, value] of written.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (key! in attributes) throw new Error(`attribute ${key} twice`);
      attributes[key!] = resolve(value!);
    }
    const element: XmlElement = { name, attributes, children: [], text: '' };
    open.at(-1)!.children.push(element);
    if (empty !== '/') open.push(element);
  }
  top.text += resolve(xml.slice(at));
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  if (top.children.length !== 1 || top.text.trim() !== '') throw new Error('not exactly one root element');
  return top.children[0]!;
}

/** All elements of a document, in its order. */
export const elements = (root: XmlElement): XmlElement[] => [root, ...root.children.flatMap(elements)];

/** Elements with the given class among their classes. */
export const withClass = (root: XmlElement, name: string): XmlElement[] =>
  elements(root).filter(({ attributes }) => (attributes['class'] ?? '').split(' ').includes(name));

/** What the text elements say, their lines joined. */
export const texts = (root: XmlElement): string[] =>
  elements(root)
    .filter(({ name }) => name === 'text')
    .map((element) => (element.children.length === 0 ? element.text : element.children.map(({ text }) => text).join(' ')));
