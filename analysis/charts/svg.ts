/** A small builder of SVG text: no DOM, so it runs anywhere and gives the same bytes everywhere. */

/** Common sans-serif fonts by name: a bare `sans-serif` differs from machine to machine. */
export const FONT_FAMILY = "'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Where colours come from: a file of its own stands on white, a picture inside a page takes the page's colours. */
export interface SvgTheme {
  readonly background: string | null;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
}

export const STANDALONE_THEME: SvgTheme = { background: '#ffffff', text: '#1c2127', muted: '#5b6570', grid: '#e3e6ea' };
export const INLINE_THEME: SvgTheme = {
  background: null,
  text: 'var(--text, #1c2127)',
  muted: 'var(--muted, #5b6570)',
  grid: 'var(--line, #d5dae0)',
};

type Attributes = Readonly<Record<string, string | number | null>>;

/** Text for XML and HTML, in content and in attributes. Control characters, which XML forbids, become U+FFFD. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** Coordinates with two decimals: fine enough to draw, short, and equal on every machine. */
export const round = (value: number): number => {
  const rounded = Math.round(value * 100) / 100;
  return Object.is(rounded, -0) ? 0 : rounded;
};

/** An element; attributes that are null are left out, numbers are rounded. `children` are finished markup. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== null)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`;
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  readonly fill?: string;
  /** Degrees about the anchor. */
  readonly rotate?: number;
}

export const LINE_HEIGHT = 1.25;

/** One or more lines of text; the first baseline is at `y`. */
export function textElement(x: number, y: number, lines: string | readonly string[], style: TextStyle = {}): string {
  const { size = 12, anchor = 'start', bold = false, fill = null, rotate = 0 } = style;
  const all = typeof lines === 'string' ? [lines] : lines;
  const attributes = {
    x,
    y,
    'font-size': size,
    'text-anchor': anchor === 'start' ? null : anchor,
    'font-weight': bold ? 600 : null,
    fill,
    transform: rotate === 0 ? null : `rotate(${rotate} ${round(x)} ${round(y)})`,
  };
  if (all.length === 1) return element('text', attributes, escapeXml(all[0]!));
  const spans = all.map((line, i) => element('tspan', { x, dy: i === 0 ? null : size * LINE_HEIGHT }, escapeXml(line)));
  return element('text', attributes, ...spans);
}

/** Generous estimate of a text's width: no font is at hand to measure with. */
export const textWidth = (text: string, size = 12): number => [...text].length * size * 0.58;

/**
 * Breaks a label into lines of at most `limit` characters, behind a blank, a comma, a bracket or a hyphen where there is one. What is
 * left beyond `maxLines` is cut with an ellipsis.
 */
export function wrapText(text: string, limit: number, maxLines = 4): string[] {
  const pieces = (text.match(/[^\s,(\-/]+[\s,(\-/]*|[\s,(\-/]+/g) ?? [text]).flatMap(
    (piece) => piece.match(new RegExp(`.{1,${limit}}`, 'gsu')) ?? [],
  );
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && (line + piece).trimEnd().length > limit) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  lines.push(line.trimEnd());
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `${lines[maxLines - 1]!.slice(0, Math.max(1, limit - 1))}…`];
}

/** A picture with a title and a description for those who do not see it. `body` is finished markup. */
export function svgDocument(
  size: { width: number; height: number },
  title: string,
  description: string,
  theme: SvgTheme,
  body: readonly string[],
): string {
  const background = theme.background === null ? [] : [element('rect', { width: size.width, height: size.height, fill: theme.background })];
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${round(size.width)} ${round(size.height)}`,
      width: size.width,
      height: size.height,
      role: 'img',
      'aria-label': `${title}. ${description}`,
      'font-family': FONT_FAMILY,
      'font-size': 12,
      fill: theme.text,
    },
    element('title', {}, escapeXml(title)),
    element('desc', {}, escapeXml(description)),
    ...background,
    ...body,
  );
}
