import { ConfigError, ConfigErrors, ImportError, type NetsimError } from '../sim/base/errors.ts';

/** Stands for the config where a message has to name one. */
export const NO_CONFIG = 'options of import';

/** `--set chakra.missingDeps=drop` for `chakra: { missingDeps: drop }`: who imports a file has no config to write it into. */
export const asOptions = (text: string): string =>
  text
    .replaceAll(/(?:\bset )?\b(\w+): \{ (\w+): ([^{}]+) \}/g, '--set $1.$2=$3')
    .replace(/^such as ([\w.]+): (\S+)$/, 'add --set $1=$2')
    .replace(/^name it as .+$/, 'leave out --format')
    .replace(/^format: (\S+)$/, 'leave out --format, or give --format $1');

/** An error of an import, in terms of the file and the command line instead of the config that stands for them. */
export function withoutConfig(error: unknown, file: string): unknown {
  if (error instanceof ConfigErrors) return new ConfigErrors(error.errors.map((each) => new ConfigError(each.code, ...inFile(each, file))));
  if (error instanceof ImportError) return new ImportError(error.code, ...inFile(error, file));
  return error;
}

type Said = ConstructorParameters<typeof NetsimError> extends [string, ...infer Rest] ? Rest : never;

function inFile({ message, where, hint, cause }: NetsimError, file: string): Said {
  const options = { ...(hint === undefined ? {} : { hint: asOptions(hint) }), ...(cause === undefined ? {} : { cause }) };
  const said = asOptions(message);
  if (where?.file !== NO_CONFIG) return [said, { ...options, ...(where === undefined ? {} : { where }) }];
  const key = (where.path ?? '').replace(/^(workload|topology)\./, '');
  // What is wrong with the path names the file itself.
  if (key === 'path') return [said, options];
  return [said, { ...options, where: key === '' ? { file } : { file, path: key } }];
}
