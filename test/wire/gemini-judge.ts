import { geminiPrompt, geminiReply } from './gemini-reply.ts';
import type { ReceivedRequest } from './replay-server.ts';
import type { Reply } from './reply.ts';

/** Whether a request asks for a verdict, and not for an answer or a fusion. */
export function isJudgement(request: ReceivedRequest): boolean {
  return request.path.includes('gemini-3.5-flash-lite');
}

/** A judge in Gemini's place, who always prefers the longer candidate. */
export function longerIsBetter(request: ReceivedRequest): Reply {
  const texts = [...geminiPrompt(request).matchAll(/<\S+ (\w{16})[^\n]*>\n([^]*?)\n<\/\S+ \1>/g)].map(
    ([, , text = '']) => text,
  );
  const [left = '', right = ''] = texts.slice(-2);
  const choice = left.length > right.length ? '1. A is better' : '2. B is better';
  const { generationConfig } = request.body as { generationConfig?: { responseMimeType?: string } };
  const held = generationConfig?.responseMimeType === 'application/json';
  return geminiReply(request, held ? JSON.stringify({ result: choice }) : choice);
}
