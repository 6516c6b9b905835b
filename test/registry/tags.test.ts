import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { listTags } from '../../src/registry/tags.ts';
import { listening } from '../support/listening.ts';
import { testSession } from '../support/registry-push.ts';

/** A server that answers as some registries do and docker-registry does not: in pages. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    answer(request, response);
  });
  const session = testSession(await listening(server));
  return { paths, at: { session, repository: 'lab/app' } };
}

describe('the tags of a repository', () => {
  it('are those of all pages, wherever the next one is, each once', async () => {
    const { at, paths } = await serve(({ url, headers }, response) => {
      const last = new URL(url ?? '', 'http://x').searchParams.get('last');
      if (last === null) {
        const link = '</v2/lab/app/tags/list?n=2&last=b>; rel="next"';
        response.writeHead(200, { link }).end('{"name":"lab/app","tags":["a","b"]}');
      } else if (last === 'b') {
        const link = `<http://${headers.host}/v2/lab/app/tags/list?last=c>; rel=next`;
        response.writeHead(200, { link }).end('{"tags":["b","c"]}');
      } else response.end('{"tags":null}');
    });
    expect(await listTags(at)).toEqual(['a', 'b', 'c']);
    expect(paths).toEqual([
      '/v2/lab/app/tags/list',
      '/v2/lab/app/tags/list?n=2&last=b',
      '/v2/lab/app/tags/list?last=c',
    ]);
  });

  it('are none where the registry does not know the repository', async () => {
    const { at } = await serve((_, response) => response.writeHead(404).end('{}'));
    expect(await listTags(at)).toEqual([]);
  });

  it.each([
    ['text', 'hello'],
    ['something else', '{"tags":{"a":1}}'],
    ['numbers', '{"tags":[1]}'],
    ['more than one page may hold', `{"tags":["${'a'.repeat(3 << 20)}"]}`],
  ])('are refused where the answer is %s', async (_, body) => {
    const { at } = await serve((__, response) => response.end(body));
    await expect(listTags(at)).rejects.toMatchObject({ code: 'registry-protocol' });
  });

  it.each([
    ['empty', (): string[] => []],
    ['full', (page: number) => Array.from({ length: 100 }, (_, index) => `t${page}-${index}`)],
  ])('are given up where %s pages never end', async (_, tags) => {
    let pages = 0;
    const { at } = await serve((__, response) => {
      pages += 1;
      response.writeHead(200, { link: `</v2/lab/app/tags/list?last=${pages}>; rel="next"` });
      response.end(JSON.stringify({ tags: tags(pages) }));
    });
    await expect(listTags(at)).rejects.toMatchObject({ code: 'registry-protocol' });
    expect(pages).toBeLessThan(1010);
  });
});
