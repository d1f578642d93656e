import { expect, test } from 'vitest';
import { askOnce } from './ask-once.ts';
import { fixture } from './reply.ts';
import { APIS } from './wire-blender.ts';

test.each([
  ['gemini/blocked-prompt', 'SAFETY, the prompt was blocked, HARM_CATEGORY_DANGEROUS_CONTENT.'],
  ['gemini/blocked-prompt-prohibited', 'PROHIBITED_CONTENT, the prompt was blocked.'],
  ['gemini/blocked-answer', 'SAFETY, HARM_CATEGORY_DANGEROUS_CONTENT, it said "The best thing about Kaggle is its".'],
  ['openai/content-filter', 'content_filter, it said "The best thing about Kaggle is its".'],
  ['openai/refusal', 'the model refused, it said "I\'m sorry, but I can\'t help with that.".'],
  ['openai-chat/content-filter', 'content_filter, it said "The best thing about Kaggle is its".'],
  ['openai-chat/refusal', 'the model refused, it said "I\'m sorry, but I can\'t help with that.".'],
  ['anthropic/refusal', 'refusal, cyber, The request asks for help with attacking a computer system., it said "The".'],
])('%s says that it was blocked, and why; nothing is asked again', async (reply, reason) => {
  const model = APIS.find(({ folder }) => reply.startsWith(`${folder}/`))?.model ?? '';
  const { candidate, failure, requests } = await askOnce(model, fixture(reply), { maxRetries: 2 });
  expect(candidate).toBeUndefined();
  expect(failure).toMatchObject({ kind: 'blocked', message: `The answer was blocked: ${reason}` });
  expect(requests).toHaveLength(1);
});
