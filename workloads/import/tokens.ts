import type { Line } from './lines.ts';

/** A word of a line and the column (from 1) it starts at. */
export interface Token {
  readonly text: string;
  readonly column: number;
}

/** The words of a line, separated by any blanks and tabs. */
export function tokensOf({ text }: Line): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/\S+/g)) tokens.push({ text: match[0], column: match.index + 1 });
  return tokens;
}

/** The whole number from `least` to `most` that the text is, in digits; null when it is none. */
export function wholeNumber(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^-?\d+$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most && Number.isSafeInteger(value) ? value : null;
}

/** For messages: what `wholeNumber` wants. */
export const rangeText = (least: number, most: number): string => `a whole number from ${least} to ${most}`;

/** A token as a message shows it: of a damaged file it may be very long. */
export const quoted = (text: string | undefined): string =>
  text === undefined ? 'the end of the line' : `"${printable(text.length > 40 ? `${text.slice(0, 40)}..` : text)}"`;

/** Ends of lines and control characters, which terminals obey, as blanks. */
export const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
