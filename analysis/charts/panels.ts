import type { Box } from './axes.ts';
import type { SvgTheme } from './svg.ts';
import { LINE_HEIGHT, textElement, wrapText } from './svg.ts';

/** More panels than this would be too small to read: the picture then says how many it leaves out. */
export const MAX_PANELS = 6;

export interface PanelLayout {
  readonly title: string;
  readonly subtitle: string;
  /** One panel each, at most `MAX_PANELS`; the label is its heading, empty for none. */
  readonly panelLabels: readonly string[];
  /** Panels that there would be. */
  readonly panelCount: number;
  /** What the vertical axis takes left of the plotting area, and the horizontal one below it. */
  readonly leftWidth: number;
  readonly bottomHeight: (plotWidth: number) => number;
  readonly legendHeight: (width: number) => number;
  readonly drawLegend: (left: number, top: number, width: number) => string;
  readonly drawPanel: (index: number, box: Box) => string;
}

const MARGIN = 16;

/** Title, legend, and the panels in a grid with equal plotting areas. */
export function drawPanels(layout: PanelLayout, theme: SvgTheme): { size: { width: number; height: number }; body: string[] } {
  const shown = layout.panelLabels.length;
  const columns = shown === 1 ? 1 : shown === 2 || shown === 4 ? 2 : 3;
  const plot = shown === 1 ? { width: 600, height: 320 } : { width: 300, height: 210 };
  const panelWidth = layout.leftWidth + plot.width;
  const width = 2 * MARGIN + columns * panelWidth + (columns - 1) * MARGIN;
  const { subtitle: what, panelCount } = layout;
  const subtitle = panelCount === shown ? what : `${what}; ${shown} of ${panelCount} combinations are drawn`;

  const body = [
    textElement(MARGIN, MARGIN + 14, layout.title, { size: 15, bold: true }),
    textElement(MARGIN, MARGIN + 32, subtitle, { size: 11, fill: theme.muted }),
  ];
  let top = MARGIN + 46;
  body.push(layout.drawLegend(MARGIN, top, width - 2 * MARGIN));
  top += layout.legendHeight(width - 2 * MARGIN) + 8;

  const headings = layout.panelLabels.map((label) => (label === '' ? [] : wrapText(label, Math.floor(panelWidth / 7), 3)));
  const headingHeight = Math.max(...headings.map(({ length }) => length)) * 12 * LINE_HEIGHT;
  const panelHeight = headingHeight + 8 + plot.height + layout.bottomHeight(plot.width);
  for (let i = 0; i < shown; i++) {
    const left = MARGIN + (i % columns) * (panelWidth + MARGIN);
    const upper = top + Math.floor(i / columns) * (panelHeight + MARGIN);
    if (headings[i]!.length > 0) body.push(textElement(left + layout.leftWidth, upper + 12, headings[i]!, { bold: true }));
    body.push(layout.drawPanel(i, { left: left + layout.leftWidth, top: upper + headingHeight + 8, ...plot }));
  }
  const rows = Math.ceil(shown / columns);
  return { size: { width, height: top + rows * (panelHeight + MARGIN) }, body };
}
