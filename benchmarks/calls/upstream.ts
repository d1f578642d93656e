/**
 * An OpenAI-compatible server that answers at once, for measuring what a client costs. Run as a program: arguments are
 * the number of deltas of an answer and the milliseconds before it; prints its port. `GET /count` gives the number of
 * requests so far.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [deltas = 20, delayMs = 0] = process.argv.slice(2).map(Number);
const frame = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_764_052_779, model: 'm' };
const event = (fields: object) => `data: ${JSON.stringify({ ...frame, ...fields })}\n\n`;
const end = [
  event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: deltas, total_tokens: 10 + deltas } }),
  'data: [DONE]\n\n',
].join('');
let requests = 0;

function answer(response: ServerResponse, { number, isStream }: { number: number; isStream: boolean }): void {
  const word = `word${number % 97} `;
  if (!isStream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    const message = { role: 'assistant', content: word.repeat(deltas) };
    const usage = { prompt_tokens: 10, completion_tokens: deltas, total_tokens: 10 + deltas };
    response.end(
      JSON.stringify({
        ...frame,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      }),
    );
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let delta = 0; delta < deltas; delta += 1)
    response.write(event({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] }));
  response.end(end);
}

const server = createServer({ noDelay: true }, (request, response) => {
  if (request.method === 'GET') {
    response.end(String(requests));
    return;
  }
  requests += 1;
  const number = requests;
  const body: Buffer[] = [];
  request.on('data', (chunk: Buffer) => body.push(chunk));
  request.on('end', () => {
    const isStream = Buffer.concat(body).includes('"stream":true');
    if (delayMs > 0) setTimeout(() => answer(response, { number, isStream }), delayMs);
    else answer(response, { number, isStream });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', 4096, () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
