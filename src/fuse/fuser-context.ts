import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import type { Attachment } from '../spec/attachments.ts';
import { isInProcessModel } from '../spec/in-process-model.ts';
import type { ModelObject } from '../spec/model-choice.ts';
import { knownProvider } from '../spec/providers.ts';
import { estimateTokens } from '../util/estimate-tokens.ts';
import type { Measure } from '../util/fit-texts.ts';

/** What a fuser's model can read. */
export interface FuserContext {
  /** Tokens of prompt and answer together. */
  readonly tokens: number;
  /** The number is a guess on the safe side: a longer task is tried rather than refused. */
  readonly guessed: boolean;
  /** Tokens of a text, exactly or about. */
  readonly measure: Measure;
}

/** Where nothing is known: less than nearly every model served today holds, and ample for the answers of a blend. */
const GUESSED_TOKENS = 16_384;

/** The context of a model: what the caller says, what the model says, or a default. */
export function fuserContext(model: ModelObject, name: string, contextTokens: number | undefined): FuserContext {
  if (isInProcessModel(model)) {
    const tokens = Math.min(model.contextTokens, contextTokens ?? Infinity);
    return { tokens, guessed: false, measure: (text) => model.countTokens(text) };
  }
  const tokens = contextTokens ?? saidBy(model) ?? serverContextTokens(name);
  return { tokens: tokens ?? GUESSED_TOKENS, guessed: tokens === undefined, measure: estimateTokens };
}

/** What the context of a model is taken for that is known by its name alone. */
export function fusionContextTokens(name: string, contextTokens: number | undefined): number {
  return contextTokens ?? serverContextTokens(name) ?? GUESSED_TOKENS;
}

function serverContextTokens(name: string): number | undefined {
  return knownProvider(name).localServer?.contextTokens;
}

function saidBy(model: ModelObject): number | undefined {
  return 'contextTokens' in model && typeof model.contextTokens === 'number' ? model.contextTokens : undefined;
}

/** Tokens of an image or file in the prompt, roughly. */
const ATTACHMENT_TOKENS = 1500;

/** What is left for texts beside images and files: at least half. */
export function withRoomFor(attachments: readonly Attachment[] = [], context: FuserContext): FuserContext {
  const { tokens } = context;
  return { ...context, tokens: tokens - Math.min(attachments.length * ATTACHMENT_TOKENS, Math.floor(tokens / 2)) };
}

/** What messages before the fusion leave of the context. */
export function withRoomForMessages(prompt: LanguageModelV4Prompt = [], context: FuserContext): FuserContext {
  const texts = prompt.map(({ content }) =>
    typeof content === 'string'
      ? content
      : JSON.stringify(content.filter((part) => part.type !== 'file' && part.type !== 'reasoning-file')),
  );
  const files = prompt.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.filter(({ type }) => type === 'file'),
  );
  const taken = files.length * ATTACHMENT_TOKENS + (texts.length === 0 ? 0 : context.measure(texts.join('\n')));
  return { ...context, tokens: Math.max(0, context.tokens - taken) };
}
