import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { jsonMistake } from '../../../workloads/import/json-mistake.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the first mistake of a JSON text', () => {
  test.each([
    ['', '1:1 the file ends here: is it cut off?'],
    ['{ "a": [1, 2', '1:13 the file ends here: is it cut off?'],
    ['{ "a": 1,\n  b: 2 }', '2:3 "b" where a name in double quotes should stand'],
    ['{ "a": 1,\n}', '2:1 "}" where a name in double quotes should stand'],
    ['{ "a" 1 }', '1:7 "1" where a colon should stand'],
    ['{ "a": fal{e }', '1:8 "fal" where a value should stand'],
    ['[1, 02]', '1:6 "2" where a comma or ] should stand'],
    ['[1,]', '1:4 "]" where a value should stand'],
    ['[1}', '1:3 "}" where a comma or ] should stand'],
    ['{} {}', '1:4 "{" behind the end of the JSON text'],
    ['["a\nb"]', '1:4 a line end or control character inside of quotes'],
    ['["a\\x"]', '1:4 an unknown escape inside of quotes'],
    ['[\n "abc]', '2:2 quotes that are not closed'],
  ])('%j', (text, expected) => {
    const { line, column, message } = jsonMistake(text)!;
    expect(`${line}:${column} ${message}`).toBe(expected);
  });

  test.prop([fc.json(), fc.nat(), fc.constantFrom('', ',', ':', '"', ']', '}', '{', '\\', '-', '0', 'e', 'tru', '\n', '\t', ' ')])(
    'is there exactly where the built-in parser refuses the text',
    (text, at, insert) => {
      const cut = at % (text.length + 1);
      for (const changed of [text, text.slice(0, cut) + insert + text.slice(cut), text.slice(0, cut) + insert + text.slice(cut + 1)]) {
        expect(jsonMistake(changed) === null).toBe(isJson(changed));
      }
    },
  );
});
