import type { ReceivedRequest } from './replay-server.ts';
import type { Reply } from './reply.ts';

/** What Gemini replies where it says `text`: a stream of words where the request asks for one, else one object. */
export function geminiReply(request: Pick<ReceivedRequest, 'path'>, text: string): Reply {
  const words = text.split(/(?<= )/);
  const chunk = (part: string, last: boolean) => ({
    candidates: [
      { content: { parts: [{ text: part }], role: 'model' }, index: 0, ...(last && { finishReason: 'STOP' }) },
    ],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: words.length, totalTokenCount: 10 + words.length },
    modelVersion: 'gemini-3.5-flash-lite',
    responseId: 'kLkpaY2fHsOGxN8P1s2WqAk',
  });
  const streamed = request.path.includes(':streamGenerateContent');
  const bodies = streamed
    ? words.map((word, index) => `data: ${JSON.stringify(chunk(word, index === words.length - 1))}\r\n\r\n`)
    : [JSON.stringify(chunk(text, true))];
  return {
    status: 200,
    statusText: 'OK',
    headers: { 'content-type': streamed ? 'text/event-stream' : 'application/json; charset=UTF-8' },
    chunks: bodies.map((body) => Buffer.from(body)),
  };
}

/** The text of a request to Gemini. */
export function geminiPrompt({ body }: Pick<ReceivedRequest, 'body'>): string {
  const { contents = [] } = body as { contents?: readonly { parts?: readonly { text?: string }[] }[] };
  return contents.flatMap(({ parts = [] }) => parts.map(({ text = '' }) => text)).join('\n');
}
