import type { LanguageModelV4, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { generateText, type ModelMessage } from 'ai';
import type { Prompt } from '../spec/prompt.ts';

/**
 * Messages in the form that models take. Plain texts are converted here. For anything else, such as files that have to
 * be downloaded for a model that takes no addresses, the AI SDK's own conversion is used.
 */
export async function toCallPrompt(
  { messages, system }: Pick<Prompt, 'messages' | 'system'>,
  { model, abortSignal }: { model: LanguageModelV4; abortSignal: AbortSignal | undefined },
): Promise<LanguageModelV4Prompt> {
  const texts = messages.map(toTextMessage);
  if (texts.every((message) => message !== undefined)) {
    return system === undefined ? texts : [{ role: 'system', content: system }, ...texts];
  }
  const capture = new PromptCapture(model);
  await generateText({
    model: capture,
    messages: messages.map(withoutImageParts),
    ...(system === undefined ? {} : { instructions: system }),
    maxRetries: 0,
    ...(abortSignal === undefined ? {} : { abortSignal }),
  });
  return capture.prompt;
}

/** A message that is a text and nothing else; undefined for any other. */
function toTextMessage(message: ModelMessage): LanguageModelV4Prompt[number] | undefined {
  const { role, content, providerOptions } = message;
  if (typeof content !== 'string' || providerOptions !== undefined) return undefined;
  if (role === 'system') return { role, content };
  return role === 'tool' ? undefined : { role, content: [{ type: 'text', text: content }] };
}

/** Image parts are an older form of file parts, of which the AI SDK warns the process. */
function withoutImageParts(message: ModelMessage): ModelMessage {
  if (message.role !== 'user' || typeof message.content === 'string') return message;
  const content = message.content.map((part) => {
    if (part.type !== 'image') return part;
    const { image: data, mediaType = 'image', providerOptions } = part;
    return { type: 'file' as const, data, mediaType, ...(providerOptions === undefined ? {} : { providerOptions }) };
  });
  return { ...message, content };
}

/** Takes the place of a model and keeps the prompt that the AI SDK made for it; no call is made. */
class PromptCapture implements LanguageModelV4 {
  readonly specificationVersion = 'v4';
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: LanguageModelV4['supportedUrls'];
  prompt: LanguageModelV4Prompt = [];

  constructor({ provider, modelId, supportedUrls }: LanguageModelV4) {
    this.provider = provider;
    this.modelId = modelId;
    this.supportedUrls = supportedUrls;
  }

  async doGenerate({ prompt }: { prompt: LanguageModelV4Prompt }) {
    this.prompt = prompt;
    const nothing = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
    return {
      content: [],
      finishReason: { unified: 'stop' as const, raw: undefined },
      usage: { inputTokens: nothing, outputTokens: { total: undefined, text: undefined, reasoning: undefined } },
      warnings: [],
    };
  }

  doStream(): never {
    throw new Error('no stream is asked for');
  }
}
