import type { Exchange, RawHeaders } from './exchange.ts';

/**
 * Exchanges as a file: each request and each reply as HTTP writes it, under a line that begins with `###`. Two headers
 * are ours: `x-recorded-chunks`, the lengths of the pieces of a body in bytes, and `x-recorded-ending` where a reply
 * did not end as it should. `test/wire/recording.ts` reads it.
 */
export function writeRecording(exchanges: readonly Exchange[], { about }: { about: string }): Buffer {
  const messages = exchanges.flatMap(({ request, reply }, index) => {
    const { head, chunks, ending } = reply;
    const notes: RawHeaders = [
      ...(chunks.length > 1 ? [['x-recorded-chunks', chunks.map(({ length }) => length).join(' ')] as const] : []),
      ...(ending === 'end' ? [] : [['x-recorded-ending', ending] as const]),
    ];
    const { status, statusText, headers } = head ?? { status: 0, statusText: 'No reply', headers: [] };
    return [
      message(`### request ${index + 1}`, `${request.method} ${request.path} HTTP/1.1`, request.headers, [
        request.body,
      ]),
      message(`### reply ${index + 1}`, `HTTP/1.1 ${status} ${statusText}`, [...headers, ...notes], chunks),
    ];
  });
  return Buffer.concat([Buffer.from(`### ${about}\n`), ...messages]);
}

function message(title: string, start: string, headers: RawHeaders, body: readonly Uint8Array[]): Buffer {
  const head = [title, start, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\n');
  return Buffer.concat([Buffer.from(`${head}\n\n`), ...body, Buffer.from('\n')]);
}
