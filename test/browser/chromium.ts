import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const PATH = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/** True where the browser tests cannot run: told aloud, and never in CI, where a missing browser fails them. */
export const chromiumIsMissing = !existsSync(PATH) && process.env['CI'] !== 'true';
if (chromiumIsMissing)
  console.warn(`browser tests are skipped: no Chromium at ${PATH} (set CHROMIUM_PATH, or install the package chromium)`);

/** A headless Chromium that makes no connections of its own, with a new empty profile. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: PATH,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
