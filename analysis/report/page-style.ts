import { FONT_FAMILY } from '../charts/svg.ts';

/** Colours of the page; the script hands the same to Plotly, which cannot read CSS. */
export const PAGE_THEMES = {
  light: { page: '#ffffff', text: '#1c2127', muted: '#57606a', line: '#d9dee4' },
  dark: { page: '#14181d', text: '#e6e9ed', muted: '#9aa5b1', line: '#333c46' },
} as const;

const variables = (theme: Readonly<Record<string, string>>): string =>
  Object.entries(theme)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');

export const PAGE_STYLE = `
:root { color-scheme: light; ${variables(PAGE_THEMES.light)} --tint: #f4f6f8; --accent: #0072b2; --bad: #b3261e; --bad-tint: #fdeceb; }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; ${variables(PAGE_THEMES.dark)} --tint: #1d232a; --accent: #6cb8ec; --bad: #ff8f85; --bad-tint: #3a1f1d; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 ${FONT_FAMILY}; }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 28px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 36px 0 10px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 0 0 4px; }
p { margin: 6px 0; max-width: 90ch; }
.facts, .note, figcaption, caption, footer { color: var(--muted); font-size: 13px; }
.facts p { margin: 0; }
.lead { font-size: 17px; }
ul.answer { padding-left: 20px; max-width: 100ch; }
ul.answer li { margin: 6px 0; }
.scenario { color: var(--muted); }
.alert { border: 1px solid var(--bad); border-left-width: 6px; border-radius: 4px; background: var(--bad-tint);
  padding: 8px 16px; margin: 16px 0; }
.alert p.title, strong.bad { color: var(--bad); font-weight: 700; }
.alert ul { margin: 4px 0; padding-left: 20px; overflow-wrap: anywhere; }
.scroll { overflow: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0 0 6px; }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
td.number { text-align: right; }
.summary td:not(.number) { white-space: normal; }
thead th { vertical-align: bottom; background: var(--tint); white-space: normal; position: sticky; top: 0; }
.summary table { width: 100%; }
td.long { min-width: 150px; }
th.number { text-align: right; }
.summary { max-height: max(420px, 80vh); }
tr.bad td { background: var(--bad-tint); }
button.sort { font: inherit; font-weight: 600; color: inherit; text-align: inherit;
  background: none; border: 0; padding: 0; cursor: pointer; }
button.sort:hover { text-decoration: underline; }
button.sort span::after { content: '\\2195'; color: var(--muted); padding-left: 4px; }
[aria-sort='ascending'] button.sort span::after { content: '\\2191'; color: var(--text); }
[aria-sort='descending'] button.sort span::after { content: '\\2193'; color: var(--text); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(480px, 100%), 1fr)); gap: 28px 24px; }
figure { margin: 0; min-width: 0; }
.plot { width: 100%; height: 400px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 20px; margin: 4px 0 10px; font-size: 13px; }
.controls label { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; max-width: 100%; }
select { font: inherit; max-width: 100%; padding: 2px 4px; color: var(--text);
  background: var(--page); border: 1px solid var(--muted); border-radius: 4px; }
.fabric svg { display: block; width: 100%; min-width: 720px; height: auto; }
summary { cursor: pointer; padding: 4px 0; font-weight: 600; }
pre { background: var(--tint); padding: 12px; overflow-x: auto; font-size: 13px; border-radius: 4px; }
code { font-size: 13px; overflow-wrap: anywhere; }
footer { margin-top: 40px; padding-top: 12px; padding-bottom: 40px; }
@media (max-width: 1260px) {
  .summary th, .summary td { padding: 4px 4px; }
  .sortable td.number { white-space: normal; }
}
@media (max-width: 600px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  body { font-size: 14px; }
  h1 { font-size: 21px; }
}
@media print {
  body { font-size: 11px; }
  main, header, footer { max-width: none; padding: 0; }
  .controls select { border: none; appearance: none; }
  .figures { grid-template-columns: 1fr; }
  figure, tr, li, .alert { break-inside: avoid; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; max-height: none; }
  thead th { position: static; }
  table { font-size: 8px; }
  th, td { padding: 2px 4px; white-space: normal; }
  button.sort span { display: none; }
  .fabric svg { min-width: 0; }
}
`;
