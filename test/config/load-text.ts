import type { LoadedConfig, LoadOptions } from '../../sweep/config/load.ts';
import { loadConfig } from '../../sweep/config/load.ts';

/** Loads `content` as `config.yaml`, beside other files given by name. */
export function loadText(
  content: string | Uint8Array,
  options: Omit<LoadOptions, 'readFile'> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<LoadedConfig> {
  const all = new Map<string, string | Uint8Array>([...Object.entries(files), ['config.yaml', content]]);
  const readFile = (path: string): Promise<Uint8Array> => {
    const file = all.get(path);
    if (file === undefined) return Promise.reject(Object.assign(new Error(`no ${path}`), { code: 'ENOENT' }));
    return Promise.resolve(typeof file === 'string' ? new TextEncoder().encode(file) : file);
  };
  return loadConfig('config.yaml', { ...options, readFile });
}
