import type { ErrorCode } from 'yaml';

const ANY_SYNTAX = 'check the quotes, brackets and indentation here and on the line above';
const WITHOUT = 'write the value without it';

/** What is wrong, and what to do. */
type Mistake = readonly [message: string, hint: string];

const MISTAKES: Readonly<Record<ErrorCode, Mistake>> = {
  ALIAS_PROPS: ['an alias with an anchor or a tag of its own', WITHOUT],
  BAD_ALIAS: ['an anchor or alias that is no name', 'a name of letters and digits follows the & or *'],
  BAD_COLLECTION_TYPE: ['a tag of another kind of value', WITHOUT],
  BAD_DIRECTIVE: ['a directive that is not known', 'lines that begin with % are directives of YAML: remove it'],
  BAD_DQ_ESCAPE: ['an unknown escape in double quotes', 'write two backslashes for one, or use single quotes'],
  BAD_INDENT: ['a bracket that is not closed, or a line that is not indented like its neighbours', ANY_SYNTAX],
  BAD_PROP_ORDER: ['an anchor or tag before what it belongs behind', WITHOUT],
  BAD_SCALAR_START: ['a value that begins with a sign of YAML', 'put the value in quotes'],
  BLOCK_AS_IMPLICIT_KEY: ['a second key or a list inside a value', 'write one key a line, and text that holds a colon in quotes'],
  BLOCK_IN_FLOW: ['lines with dashes or indented keys inside of brackets', 'write lists as [a, b] and blocks as { key: value } there'],
  DUPLICATE_KEY: ['a key that is given twice', 'remove one'],
  IMPOSSIBLE: ['what is written here cannot be read', ANY_SYNTAX],
  KEY_OVER_1024_CHARS: ['a key of more than 1024 characters', ANY_SYNTAX],
  MISSING_CHAR: ['a bracket, quote, comma, colon or blank is missing', ANY_SYNTAX],
  MULTILINE_IMPLICIT_KEY: ['no colon behind a key', ANY_SYNTAX],
  MULTIPLE_ANCHORS: ['two anchors at one value', 'remove one'],
  MULTIPLE_DOCS: ['a second document', 'remove it'],
  MULTIPLE_TAGS: ['two tags at one value', 'remove one'],
  NON_STRING_KEY: ['a key that is not a plain word', 'keys are words followed by a colon'],
  RESOURCE_EXHAUSTION: ['too many elements', 'a smaller file'],
  TAB_AS_INDENT: ['a tab as indentation', 'indent with spaces'],
  TAG_RESOLVE_FAILED: ['an unknown tag, which begins with an exclamation mark', 'remove the tag, or put the value in quotes'],
  UNEXPECTED_TOKEN: ['a sign that cannot stand here', ANY_SYNTAX],
};

/** A mistake of syntax that the parser has found, for a person. */
export const yamlMistake = (code: ErrorCode): Mistake => MISTAKES[code];
