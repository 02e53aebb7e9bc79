import { quoted } from './tokens.ts';

/** Where a text stops being JSON. */
export interface JsonMistake {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What stands there instead of what. */
  readonly message: string;
}

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'next' | 'nothing';

/** Numbers and words of JSON (RFC 8259). */
const PLAIN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** The first mistake of a text that is no JSON (RFC 8259); null: there is none. The built-in parser often does not say where it is. */
export function jsonMistake(text: string): JsonMistake | null {
  const closing: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  const fail = (message: string, offset = at): JsonMistake => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1, message };
  };
  const word = (): string => quoted(/[^\s,:[\]{}"]+|[^]/y.exec(text.slice(at, at + 64))![0]);
  const afterValue = (): Expected => (closing.length === 0 ? 'nothing' : 'next');
  for (;;) {
    while (' \t\r\n'.includes(text[at] ?? '.')) at++;
    const sign = text[at];
    if (sign === undefined) return expected === 'nothing' ? null : fail('the file ends here: is it cut off?');
    if ((sign === ']' && expected === 'value or ]') || (sign === '}' && expected === 'name or }')) {
      at++;
      closing.pop();
      expected = afterValue();
      continue;
    }
    switch (expected) {
      case 'value':
      case 'value or ]':
        if (sign === '{' || sign === '[') {
          closing.push(sign === '{' ? '}' : ']');
          expected = sign === '{' ? 'name or }' : 'value or ]';
          at++;
        } else if (sign === '"') {
          const end = endOfString(text, at);
          if (typeof end !== 'number') return fail(end.message, end.at);
          at = end;
          expected = afterValue();
        } else {
          PLAIN.lastIndex = at;
          if (!PLAIN.test(text)) return fail(`${word()} where a value should stand`);
          at = PLAIN.lastIndex;
          expected = afterValue();
        }
        break;
      case 'name':
      case 'name or }': {
        if (sign !== '"') return fail(`${word()} where a name in double quotes should stand`);
        const end = endOfString(text, at);
        if (typeof end !== 'number') return fail(end.message, end.at);
        at = end;
        expected = 'colon';
        break;
      }
      case 'colon':
        if (sign !== ':') return fail(`${word()} where a colon should stand`);
        at++;
        expected = 'value';
        break;
      case 'next':
        if (sign === closing.at(-1)) {
          closing.pop();
          expected = afterValue();
        } else if (sign === ',') expected = closing.at(-1) === '}' ? 'name' : 'value';
        else return fail(`${word()} where a comma or ${closing.at(-1)!} should stand`);
        at++;
        break;
      case 'nothing':
        return fail(`${word()} behind the end of the JSON text`);
    }
  }
}

/** Behind the closing quote of the string that begins at `start`, or what is wrong in it. */
function endOfString(text: string, start: number): number | { readonly at: number; readonly message: string } {
  for (let at = start + 1; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '"') return at + 1;
    if (sign < ' ') return { at, message: 'a line end or control character inside of quotes' };
    if (sign !== '\\') continue;
    if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(text.slice(at + 1, at + 6))) return { at, message: 'an unknown escape inside of quotes' };
    at++;
  }
  return { at: start, message: 'quotes that are not closed' };
}
