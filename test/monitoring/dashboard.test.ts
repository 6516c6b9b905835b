import { describe, expect, it } from 'vitest';
import {
  compactJson,
  dashboardText,
  followed,
  parseDashboard,
  shippedTitle,
  shippedUid,
} from '../../src/monitoring/dashboard.ts';
import { MAX_FILLED } from '../../src/monitoring/inputs.ts';
import { complaintsOf } from '../support/complaints.ts';
import { dashboardOf } from '../support/monitoring-make.ts';

const values = new Map([
  ['DS_PROMETHEUS', 'prometheus-uid'],
  ['namespace', 'shop'],
  ['job', 'store'],
]);

interface Settings {
  readonly uids?: ReadonlyMap<string, string>;
}

/** The text of a dashboard in the Namespace `shop`. */
function textOf(source: string, { uids = new Map() }: Settings = {}): string {
  const dashboard = parse(source);
  const filling = { values, room: MAX_FILLED };
  const title = `${shippedTitle(dashboard, filling) ?? 'orders'} (shop)`;
  return dashboardText(dashboard, { filling, uid: 'new-uid', title, uids });
}

function parse(source: string) {
  return parseDashboard(Buffer.from(source), 'a.iso:orders.json');
}

function complaints(source: string): string[] {
  return complaintsOf(() => parse(source)).map((line) => line.replace('a.iso:orders.json:', ''));
}

describe('a dashboard', () => {
  it('is what it was, but for its inputs, its uid and its title', () => {
    const source = dashboardOf({ uid: 'orders' });
    const lines = source.trimEnd().split('\n');
    const inputs = lines.findIndex((line) => line.startsWith('  "__inputs"'));
    const end = lines.findIndex((line) => line === '  ],');
    const expected = lines
      .toSpliced(inputs, end - inputs + 1)
      .join('\n')
      .replaceAll('${DS_PROMETHEUS}', 'prometheus-uid')
      .replaceAll('${namespace}', 'shop')
      .replaceAll('${job}', 'store')
      .replace('"Orders"', '"Orders (shop)"')
      .replace('"uid": "orders"', '"uid": "new-uid"');
    expect(textOf(source)).toBe(expected);
    expect(expected).toMatch(/\[\$__rate_interval\].*\{\{ cmd \}\}/su);
  });

  it.each([
    ['without a uid', '{"title": "A"}', '{"uid": "new-uid","title": "A (shop)"}'],
    ['with no uid', '{"title": "A", "uid": null}', '{"title": "A (shop)", "uid": "new-uid"}'],
    ['without a title', '{"uid": "a"}', '{"title": "orders (shop)","uid": "new-uid"}'],
    [
      'with a blank title',
      '{"uid": "", "title": " "}',
      '{"uid": "new-uid", "title": "orders (shop)"}',
    ],
    ['with nothing', '{}', '{"title": "orders (shop)", "uid": "new-uid"}'],
    ['with inputs alone', '{"__inputs": []}', '{"title": "orders (shop)", "uid": "new-uid"}'],
    [
      'with its inputs at the end',
      '{"uid": "a", "title": "A" , "__inputs": [ ] }',
      '{"uid": "new-uid", "title": "A (shop)" }',
    ],
    [
      'with its inputs between others',
      '{"uid": "a", "__inputs": [], "title": "A"}',
      '{"uid": "new-uid", "title": "A (shop)"}',
    ],
  ])('has a uid and a title, %s', (_, source, expected) => {
    expect(textOf(source)).toBe(expected);
    expect(JSON.parse(textOf(source))).toMatchObject({ uid: 'new-uid' });
  });

  it('fills inputs into texts, not into keys, numbers and names of its own', () => {
    const source =
      '{"title":"${job}","uid":"a","${job}":"${job}","n":1.50,"l":["a","${namespace}\\u00e9"]}';
    expect(textOf(source)).toBe(
      '{"title":"store (shop)","uid":"new-uid","${job}":"store","n":1.50,"l":["a","shopé"]}',
    );
  });

  it('keeps every digit, and texts that nothing is filled into as they are escaped', () => {
    const rest =
      '"max":9223372036854775807,"min":-1e400,"t":"\\u00e9\\/\\ud83d","p":{"__proto__":0}';
    expect(textOf(`{"title":"A","uid":"a",${rest}}`)).toContain(rest);
  });

  it('escapes what is filled in', () => {
    const filling = { values: new Map([['job', 'a"b\\c\n']]), room: MAX_FILLED };
    const settings = { filling, uid: 'u', title: 'A', uids: new Map() };
    const text = dashboardText(parse('{"title":"A","uid":"a","expr":"${job}"}'), settings);
    expect(JSON.parse(text)).toEqual({ title: 'A', uid: 'u', expr: 'a"b\\c\n' });
  });

  it('links to dashboards of the same archive in the same Namespace, and to others as before', () => {
    const uids = new Map([
      ['orders', 'orders-1'],
      ['stock', 'stock-2'],
    ]);
    const links = [
      '/d/stock/stock?from=now',
      'd-solo/orders?x',
      '/d/other',
      '/d/stock-old',
      '/add/stock',
    ];
    const source = dashboardOf({ uid: 'orders', links });
    const text = textOf(source.replace('"id": 1', '"dashboardUid": "stock", "id": 1'), { uids });
    expect([...text.matchAll(/"url": "([^"]*)"/gu)].map(([, url]) => url)).toEqual([
      '/d/stock-2/stock?from=now',
      'd-solo/orders-1?x',
      '/d/other',
      '/d/stock-old',
      '/add/stock',
    ]);
    expect(text).toContain('"dashboardUid": "stock-2"');
  });

  it('has the uid that its inputs say', () => {
    const filling = { values, room: MAX_FILLED };
    expect(shippedUid(parse('{"uid":"a-${job}"}'), filling)).toBe('a-store');
    expect(shippedUid(parse('{"uid":null}'), filling)).toBeUndefined();
  });

  it('tells its inputs with what they are without a word from anybody', () => {
    const inputs = [
      '{"name":"DS","type":"datasource","pluginId":"loki"}',
      '{"name":"E","type":"datasource","pluginId":"__expr__"}',
      '{"name":"big","type":"constant","value":9223372036854775807}',
      '{"name":"none","type":"constant","value":null}',
      '{"name":"empty","type":"constant","value":""}',
      '{"name":"a b","type":"config","value":1.10}',
    ];
    expect(parse(`{"title":"A","__inputs":[${inputs.join()}]}`).inputs).toEqual([
      { name: 'DS', plugin: 'loki', value: undefined },
      { name: 'E', plugin: '__expr__', value: '__expr__' },
      { name: 'big', plugin: undefined, value: '9223372036854775807' },
      { name: 'none', plugin: undefined, value: undefined },
      { name: 'empty', plugin: undefined, value: '' },
      { name: 'a b', plugin: undefined, value: '1.10' },
    ]);
  });

  it.each([
    ['[]', '1:1 expected a dashboard, a JSON object'],
    [
      '{"title": 5}',
      '1:2 `title` is 5, expected text | put quotes around it where text is meant: "5"',
    ],
    ['{"__inputs": {}}', '1:2 `__inputs` is a map, expected a list | start each item with `- `'],
    [
      '{"__inputs": [{"name": "a", "type": "constnat"}]}',
      '1:29 `__inputs[0].type` is "constnat", expected `constant`, `config` or `datasource` | did you mean `constant`?',
    ],
    ['{"__inputs": [{"type": "constant"}]}', '1:15 `__inputs[0].name` is missing, expected text'],
    [
      '{"__inputs": [{"name": "${a}", "type": "constant"}]}',
      '1:16 `__inputs[0].name` must be a name without `$`, `{`, `}` and control characters; found "${a}"',
    ],
    [
      '{"__inputs": [\n{"name": "a", "type": "config"},\n{"name": "a", "type": "config"}]}',
      '3:2 `__inputs[1].name` is the same as in item 1 of the list; found "a" | remove one of the two',
    ],
    [
      `{"__inputs": [{"name": "a", "type": "config", "value": "${'x'.repeat(5000)}"}]}`,
      `1:47 \`__inputs[0].value\` has 5000 characters, at most 4096 are allowed; found "${'x'.repeat(60)}..."`,
    ],
  ])('that is none says why: %s', (source, expected) => {
    expect(complaints(source)).toEqual([expected]);
  });

  it('whose inputs have keys that JavaScript gives a meaning is read like any other', () => {
    const input =
      '{"name":"b","type":"config","__proto__":{"name":"a","value":"c"},"constructor":1}';
    const { inputs } = parse(`{"title":"A","__proto__":1,"__inputs":[${input}]}`);
    expect(inputs).toEqual([{ name: 'b', plugin: undefined, value: undefined }]);
    expect(textOf(`{"title":"A","uid":"a","__proto__":{"x":"\${job}"}}`)).toContain(
      '"__proto__":{"x":"store"}',
    );
  });

  it('with ten thousand inputs is read in no time', () => {
    const inputs = Array.from(
      { length: 10_000 },
      (_, n) => `{"name":"i${n}","type":"constant","value":${n}}`,
    );
    expect(parse(`{"title":"A","__inputs":[${inputs.join()}]}`).inputs).toHaveLength(10_000);
  });
});

describe('compact JSON', () => {
  it('has no blanks but those of texts, and is the same otherwise', () => {
    const text = '{ "a b" : [ 1.0 , "x  y" ,{ } ] ,\n "n": 9223372036854775807 }';
    expect(compactJson(text)).toBe('{"a b":[1.0,"x  y",{}],"n":9223372036854775807}');
  });
});

describe('links', () => {
  it('in any text lead on, in time that grows with its length', () => {
    const uids = new Map([['a', 'b'.repeat(40)]]);
    expect(followed('see https://grafana.example/d/a/title and /d/a', uids)).toBe(
      `see https://grafana.example/d/${'b'.repeat(40)}/title and /d/${'b'.repeat(40)}`,
    );
    expect(followed('d/'.repeat(200_000), uids)).toHaveLength(400_000);
  });
});
