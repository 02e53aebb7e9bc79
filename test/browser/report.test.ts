import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ReportInput } from '../../analysis/report/input.ts';
import { renderReport } from '../../analysis/report/report.ts';
import { exampleSweep, withProbes } from '../analysis/example-records.ts';
import { chromiumIsMissing, launchChromium } from './chromium.ts';

const MIB = 2 ** 20;
const plotlyJs = readFileSync(createRequire(import.meta.url).resolve('plotly.js-cartesian-dist-min'), 'utf8');

/** A page that was opened from disk, and everything that it asked for or complained about. */
interface Opened {
  readonly page: Page;
  readonly url: string;
  readonly requests: string[];
  readonly complaints: string[];
}

describe.skipIf(chromiumIsMissing)('report.html in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsim-report-'));
  let browser: Browser;
  let pages: Page[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await Promise.all(pages.map((page) => page.close()));
    pages = [];
  });
  afterAll(async () => {
    await browser.close();
    // The screenshots stay for whoever wants to look at them: CI keeps the folder that this names.
    if (process.env['NETSIM_KEEP_SCREENSHOTS'] === undefined) rmSync(folder, { recursive: true });
    else console.warn(`screenshots are in ${folder}`);
  });

  async function open(name: string, changes: Partial<ReportInput> = {}, scheme: 'light' | 'dark' = 'light', width = 1280): Promise<Opened> {
    const file = join(folder, `${name}.html`);
    const manifest = { netsimVersion: '0.1.0', configHash: '3f9a2c', configText: 'name: spray-or-not\n' };
    writeFileSync(file, renderReport({ ...exampleSweep({ dead: [[3, 5]] }), title: 'Spray or not', manifest, plotlyJs, ...changes }));
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    pages.push(page);
    const opened: Opened = { page, url: pathToFileURL(file).href, requests: [], complaints: [] };
    page.on('request', (request) => opened.requests.push(request.url()));
    page.on('console', (message) => opened.complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => opened.complaints.push(error.message));
    page.on('dialog', (dialog) => opened.complaints.push(`dialog: ${dialog.message()}`));
    await page.goto(opened.url);
    await page.waitForSelector('body[data-ready="true"]');
    await page.screenshot({ path: join(folder, `${name}-${scheme}-${width}.png`), fullPage: true });
    return opened;
  }

  const traceCounts = (page: Page): Promise<Record<string, number>> =>
    page.evaluate("Object.fromEntries([...document.querySelectorAll('.js-plotly-plot')].map((plot) => [plot.id, plot.data.length]))");

  const axisTitles = (page: Page, plot: string): Promise<string[]> => page.locator(`#${plot} .xtitle, #${plot} .ytitle`).allTextContents();

  test('opens from disk with no request but its own file, and without a complaint', async () => {
    const { url, requests, complaints } = await open('plain');
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
  });

  test('draws every trace, with the units in the titles of the axes', async () => {
    const { page } = await open('traces');
    expect(await traceCounts(page)).toEqual({ 'chart-0': 4, 'chart-1': 4, fct: 4, 'loads-up': 1, 'loads-down': 1 });
    expect(await axisTitles(page, 'chart-0')).toEqual(['workload', 'completion time (ms)']);
    expect(await axisTitles(page, 'chart-1')).toEqual(['workload', 'slowdown (completion / lower bound)']);
    expect(await axisTitles(page, 'fct')).toEqual(['flow completion time (µs)', 'flows that ended within it (%)']);
    expect(await axisTitles(page, 'loads-up')).toEqual(['spine', 'leaf']);
  });

  test('shows swept sizes with their units', async () => {
    const sizes = exampleSweep({
      leaves: 4,
      spines: 4,
      grid: { 'workload.size': [MIB, 16 * MIB, 256 * MIB], balancer: ['ecmp', 'spray'] },
    });
    const { page, complaints } = await open('sizes', sizes);
    expect(await page.locator('#chart-0 .xtick text').allTextContents()).toEqual(['1 MiB', '16 MiB', '256 MiB']);
    expect(complaints).toEqual([]);
  });

  test('the run can be chosen with the keyboard alone, and heat maps and fabric follow', async () => {
    const { page, complaints } = await open('keyboard');
    const focused = (): Promise<string> => page.evaluate("document.activeElement?.id ?? ''");
    for (let presses = 0; presses < 60 && (await focused()) !== 'loads-run'; presses++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('loads-run');
    const busiest = (): Promise<number> => page.evaluate("Math.max(...document.getElementById('loads-up').data[0].z.flat())");
    expect(await page.locator('#loads-fabric svg > title').textContent()).toContain('ecmp · workload all-reduce(algorithm=direct)');
    expect(await busiest()).toBeGreaterThan(1.5);
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.locator('#loads-fabric svg > title').textContent()).toContain('ethereal');
    await expect.poll(busiest).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    // 16 MiB on every link.
    await expect.poll(busiest).toBe(16);
    expect(complaints).toEqual([]);
  });

  test('another panel of a chart is drawn when it is chosen, on an axis that fits it', async () => {
    const { page } = await open('panels');
    const longest = (): Promise<number> =>
      page.evaluate("Math.max(...document.getElementById('fct').data.flatMap((trace) => [...trace.x]))");
    expect(await longest()).toBeGreaterThan(100);
    await page.selectOption('#fct-panel', { label: 'workload all-to-all' });
    await expect.poll(longest).toBeLessThan(10);
    expect((await axisTitles(page, 'fct'))[0]).toBe('flow completion time (ms)');
  });

  test('probes are drawn over time, for the run that is chosen', async () => {
    const sweep = exampleSweep({ leaves: 2, spines: 2, seeds: 1 });
    const { page, complaints } = await open('probes', { ...sweep, records: sweep.records.map(withProbes) });
    expect(await traceCounts(page)).toMatchObject({ 'queue-depth': 3, 'link-utilisation': 2 });
    expect(await axisTitles(page, 'queue-depth')).toEqual(['time (µs)', 'queue (KiB)']);
    expect(await axisTitles(page, 'link-utilisation')).toEqual(['time (µs)', 'utilisation (part of the capacity)']);
    expect(await page.locator('#queue-depth .legendtext').allTextContents()).toEqual(['spine0-leaf3', 'leaf0-spine0', 'leaf1-host5']);
    expect(await page.locator('#queue-depth-panel option').count()).toBe(12);
    expect(complaints).toEqual([]);
  });

  test('a heading of the summary sorts it up and down by number, not by text', async () => {
    const { page } = await open('sort');
    const column = (): Promise<number[]> =>
      page.evaluate("[...document.querySelectorAll('table.sortable tbody tr')].map((row) => Number(row.cells[3].dataset.key))");
    const heading = page.locator('table.sortable th').nth(3);
    await heading.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('ascending');
    const ascending = await column();
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    await page.keyboard.press('Enter');
    expect(await heading.getAttribute('aria-sort')).toBe('descending');
    expect(await column()).toEqual(ascending.toReversed());
  });

  test('the table of all runs fills when it is opened', async () => {
    const { page } = await open('runs');
    expect(await page.locator('#runs-table tbody tr').count()).toBe(0);
    await page.locator('#runs > summary').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('#runs-table tbody tr');
    expect(await page.locator('#runs-table tbody tr').count()).toBe(60);
  });

  test('takes the dark scheme, and light colours on paper', async () => {
    const { page } = await open('scheme', {}, 'dark');
    const markerColour = (): Promise<string> => page.evaluate("document.getElementById('chart-0').data[0].marker.color");
    const width = (): Promise<number> => page.evaluate("document.querySelector('#chart-0 .main-svg').clientWidth");
    const wide = await width();
    expect(await markerColour()).toBe('#4fa8e0');
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    expect(await markerColour()).toBe('#0072b2');
    expect(await width()).toBe(680);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    expect(await markerColour()).toBe('#4fa8e0');
    await expect.poll(width).toBe(wide);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(markerColour).toBe('#0072b2');
  });

  test('nothing is wider than a narrow window but what scrolls by itself', async () => {
    const { page } = await open('narrow', {}, 'light', 400);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
  });

  test('hostile names run nothing and are shown as they are', async () => {
    const hostile = '</script><img src=x onerror=alert(1)><b>bold';
    const { page, url, requests, complaints } = await open('hostile', {
      ...exampleSweep({ leaves: 2, spines: 2, grid: { balancer: ['ecmp', hostile], workload: [hostile, 'all-to-all'] }, seeds: 2 }),
      title: hostile,
    });
    expect(requests).toEqual([url]);
    expect(complaints).toEqual([]);
    expect(await page.locator('h1').textContent()).toBe(hostile);
    expect(await page.locator('#chart-0 .legendtext').allTextContents()).toContain(hostile);
  });
});
