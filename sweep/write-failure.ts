import { ConfigError } from '../sim/base/errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EDQUOT: 'the quota is used up',
  EEXIST: 'something else of that name is there',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such folder',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'a part of the path is not a folder',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
};

/** Why something could not be written, for a person; undefined when the error is none of the operating system. */
export function writeFailure(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return REASONS[String(error.code)] ?? String(error.code);
}

/**
 * Runs an action that writes below `path`; a refusal of the operating system becomes the user's error.
 *
 * @param hint what to do about it
 * @throws ConfigError `cannot write PATH: reason`
 */
export function writingTo<T>(path: string, hint: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const reason = writeFailure(error);
    if (reason === undefined) throw error;
    throw new ConfigError('E155', `cannot write ${path}: ${reason}`, { hint, cause: error });
  }
}
