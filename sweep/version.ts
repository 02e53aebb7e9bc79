import { createRequire } from 'node:module';

/** Raised by every change that alters results: cells stored under another number are run again. */
export const MODEL_VERSION = 5;

/** Version of the package. Resolved through the package's own name, which holds in the sources and in `dist`. */
export function netsimVersion(): string {
  const manifest = createRequire(import.meta.url)('netsim/package.json') as { version: string };
  return manifest.version;
}
