import { array, assert, constantFrom, dictionary, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fill, MAX_FILLED } from '../../src/monitoring/inputs.ts';

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return fill(text, { values: new Map(Object.entries(values)), room: MAX_FILLED });
}

describe('filling in', () => {
  it.each([
    ['a name that is declared', 'up{job="${job}"}', 'up{job="store"}'],
    ['the same one again', '${job} ${job}', 'store store'],
    ['a name of another case', '${JOB}', '${JOB}'],
    ['a name that nobody declares', '${other:regex} ${x}', '${other:regex} ${x}'],
    ["Grafana's own variables", '$__interval $job [[job]] $__rate_interval', undefined],
    ["Prometheus' own templates", '{{ $value }} {{ job }} {{ "${" }}', undefined],
    ['braces in braces', '${${job}}', '${store}'],
    ['a name that is not closed', '${job', undefined],
    ['an empty name', '${}', undefined],
    ['what stands in every object', '${constructor} ${__proto__} ${toString}', undefined],
    ['a value that looks like a name', '${again}', '${job}'],
    ['a value with signs of replacements', '${signs}', "$& $1 $' $$"],
  ])('replaces as it should: %s', (_, text, expected = text) => {
    const values = { job: 'store', again: '${job}', signs: "$& $1 $' $$" };
    expect(filled(text, values)).toBe(expected);
  });

  it('leaves everything as it is where nothing is declared', () => {
    const pieces = constantFrom('${', '}', '$', '{', 'a', '${a}', ' ');
    assert(
      property(array(pieces), (texts) => {
        expect(filled(texts.join(''), {})).toBe(texts.join(''));
      }),
    );
  });

  it('replaces each declared name once, whatever its value holds', () => {
    assert(
      property(dictionary(constantFrom('a', 'b', '__proto__'), string()), (values) => {
        const names = Object.keys(values);
        const text = names.map((name) => `\${${name}}`).join('|');
        expect(filled(text, values)).toBe(names.map((name) => values[name]).join('|'));
      }),
    );
  });

  it('stops where values would multiply', () => {
    const filling = { values: new Map([['a', 'x'.repeat(4096)]]), room: MAX_FILLED };
    const text = fill('${a}'.repeat(100_000), filling);
    expect(filling.room).toBeLessThan(0);
    expect(text.length).toBeLessThanOrEqual(MAX_FILLED);
  });
});
