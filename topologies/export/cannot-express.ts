import { ConfigError } from '../../sim/base/errors.ts';

/** The error for a part of a fabric that a format has no words for. */
export const cannotExpressFabric = (format: string, what: string, hint: string): ConfigError =>
  new ConfigError('E181', `${format} cannot express ${what}`, { where: { path: 'topology' }, hint });
