import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPrintable, printable, printableLines } from '../src/printable.ts';

describe('text that is shown', () => {
  it.each([
    ['an escape sequence', '\u001B[2J', String.raw`\u001b[2J`],
    ['a line feed and a tab', 'a\n\tb', String.raw`a\u000a\u0009b`],
    ['DEL and C1 controls', '\u007F\u009B', String.raw`\u007f\u009b`],
    ['reversed text', '\u202Ea\u2069', String.raw`\u202ea\u2069`],
    ['what has no width', '\u200B\uFEFF', String.raw`\u200b\ufeff`],
    ['half of a character', '\uD800a', String.raw`\ud800a`],
    ['line and paragraph separators', '\u2028\u2029', String.raw`\u2028\u2029`],
    ['other languages and symbols', 'é 日本 😀', 'é 日本 😀'],
  ])('has %s spelt out where it must', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
    expect(isPrintable(text)).toBe(text === expected);
  });

  it('of several lines keeps its lines and tabs, and nothing else', () => {
    expect(printableLines('a\n\tb\r\u001Bc')).toBe(String.raw`a${'\n\t'}b\u000d\u001bc`);
  });

  it('is printable, whatever it was', () => {
    assert(property(string({ unit: 'binary' }), (text) => isPrintable(printable(text))));
  });

  it('as JSON is still the same value', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        const value = { [text]: [text] };
        expect(JSON.parse(printableLines(JSON.stringify(value, null, 2)))).toEqual(value);
      }),
    );
  });
});
