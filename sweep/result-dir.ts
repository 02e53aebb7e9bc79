import { existsSync, readdirSync, statSync } from 'node:fs';
import { ConfigError } from '../sim/base/errors.ts';
import { manifestPath } from './manifest.ts';

/**
 * Refuses a result folder that a sweep must not write to: one that has content, unless `resume` goes on with a sweep's own folder.
 * Writes nothing.
 *
 * @throws ConfigError
 */
export function checkResultDir(dir: string, resume: boolean): void {
  if (!existsSync(dir)) return;
  if (!statSync(dir).isDirectory()) {
    throw new ConfigError('E152', `${dir} is a file`, { hint: 'give another folder with --out' });
  }
  if (readdirSync(dir).length === 0) return;
  const isResultDir = existsSync(manifestPath(dir));
  if (resume && isResultDir) return;
  if (resume) {
    throw new ConfigError('E153', `${dir} holds files but no manifest.json: it is no result folder`, {
      hint: 'give another folder with --out',
    });
  }
  throw new ConfigError('E154', `${dir} already holds ${isResultDir ? 'results' : 'files'}`, {
    hint: isResultDir ? 'add --resume to go on with it, or give another folder with --out' : 'give another folder with --out',
  });
}
