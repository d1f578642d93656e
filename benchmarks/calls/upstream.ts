/** An OpenAI-compatible server that answers at once, for measuring what a client costs. Prints its port. */
import { createServer } from 'node:http';

const deltas = Number(process.argv[2] ?? 20);
const delayMs = Number(process.argv[3] ?? 0);
const chunk = (delta: unknown, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1764052779, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
let requests = 0;
const server = createServer({ noDelay: true }, (request, response) => {
  if (request.url === '/count') {
    response.end(String(requests));
    return;
  }
  requests += 1;
  const own = requests;
  request.resume();
  request.on('end', () => {
    const answer = () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let index = 0; index < deltas; index += 1) response.write(chunk({ content: `word${own % 97} ` }));
      response.write(chunk({}, 'stop'));
      response.write(
        `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 10, completion_tokens: deltas } })}\n\n`,
      );
      response.end('data: [DONE]\n\n');
    };
    if (delayMs > 0) setTimeout(answer, delayMs);
    else answer();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as { port: number }).port}\n`);
});
