import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { unpushLines } from '../../src/plan/unpush-lines.ts';

function registryOf(fields: string) {
  const text = `apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\nspec: {registry: {${fields}}}\n`;
  return parsePlatform(Buffer.from(text), 'platform.yaml').registry;
}

describe('the lines that remove images', () => {
  it.each([
    ['endpoint: a.b, base: c', 'solutions unpush store-1.0.0 --from a.b/c'],
    [
      'endpoint: "a.b:80", plainHTTP: true',
      'solutions unpush store-1.0.0 --from a.b:80 --plain-http',
    ],
    ['endpoint: "[fd00::1]:5000"', "solutions unpush store-1.0.0 --from '[fd00::1]:5000'"],
  ])('are for a shell, with the registry {%s}', (fields, line) => {
    expect(unpushLines(['store-1.0.0'], registryOf(fields))).toEqual([line]);
  });

  it('are none where nothing could be pushed', () => {
    expect(unpushLines(['store-1.0.0'], registryOf(''))).toEqual([]);
    expect(unpushLines(['store-1.0.0'], undefined)).toEqual([]);
    expect(unpushLines(['Store-1.0.0+1'], registryOf('endpoint: a.b'))).toEqual([]);
  });
});
