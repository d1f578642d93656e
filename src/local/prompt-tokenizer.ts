import type { LlamaModel, Token } from 'node-llama-cpp';
import { type ChatTemplate, createChatTemplate } from './chat-template.ts';
import type { ChatPrompt } from './convert-prompt.ts';
import type { JinjaModule } from './jinja.ts';
import { type SpecialToken, SpecialTokens } from './special-tokens.ts';

/** What is asked of a loaded model here. */
export type TokenizingModel = Pick<
  LlamaModel,
  'tokenize' | 'detokenize' | 'tokens' | 'iterateAllTokens' | 'getTokenAttributes' | 'fileInfo'
>;

/** Reads chat template and vocabulary of a loaded model. */
export function createPromptTokenizer(
  model: TokenizingModel,
  jinja: JinjaModule,
): { tokenizer: PromptTokenizer; template: ChatTemplate } {
  const source = chatTemplateSource(model);
  const { bosString, eosString } = model.tokens;
  const template = createChatTemplate({ source, beginToken: bosString ?? '', endToken: eosString ?? '', jinja });
  return { template, tokenizer: new PromptTokenizer(model, template, source ?? '') };
}

function chatTemplateSource({ fileInfo }: TokenizingModel): string | undefined {
  const source: unknown = fileInfo.metadata.tokenizer?.chat_template;
  return typeof source === 'string' && source.trim() !== '' ? source : undefined;
}

/**
 * Turns conversations into tokens exactly as the model's chat template and tokenizer would have them, except that no
 * text of a message becomes a control token.
 */
export class PromptTokenizer {
  readonly #model: TokenizingModel;
  readonly #template: ChatTemplate;
  readonly #special: SpecialTokens;

  /** @param templateSource the Jinja source of the template, empty where it has none. */
  constructor(model: TokenizingModel, template: ChatTemplate, templateSource: string) {
    this.#model = model;
    this.#template = template;
    this.#special = new SpecialTokens(collectSpecialTokens(model, templateSource));
  }

  /**
   * The tokens of a conversation up to where the model goes on, and after that those of `answers`: what the model
   * might say there, each after the answer's beginning if the prompt has one.
   */
  tokenize({ messages, answerPrefix }: ChatPrompt, answers: readonly string[] = []): TokenizedPrompt {
    const guarded = messages.map((message) => ({ ...message, content: this.#special.guard(message.content) }));
    const parts = this.#special.split(this.#template.render(guarded));
    const last = parts.at(-1);
    const lastText = typeof last === 'string' ? last : '';
    const tokens = this.#withBeginning(
      parts.flatMap((part) => (typeof part === 'string' ? this.#plain(part) : [part])),
    );
    const prefix = this.#goOn(lastText, answerPrefix);
    const wholes = answers.map((answer) => this.#goOn(lastText, answerPrefix + answer));
    // Where the beginning of the answer and what follows share a token, all are counted from before that token, so
    // that they can be compared.
    const shared = Math.min(prefix.length, ...wholes.map((whole) => sharedLength(prefix, whole)));
    return {
      tokens: [...tokens, ...prefix.slice(0, shared)],
      answerTokens: prefix.slice(0, shared),
      answers: wholes.map((whole) => whole.slice(shared)),
    };
  }

  /**
   * The tokens with which a model would write the text after `before`. It writes them behind tokens that are already
   * there, so a token that spans the border is none that it could have written.
   */
  #goOn(before: string, text: string): Token[] {
    const start = this.#plain(before);
    const whole = this.#plain(before + text);
    return sharedLength(start, whole) === start.length ? whole.slice(start.length) : this.#plain(text);
  }

  #plain(text: string): Token[] {
    return this.#model.tokenize(text, false);
  }

  /** With the token that begins every sequence of this model, if it has one and the template has not written it. */
  #withBeginning(tokens: Token[]): Token[] {
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  }
}

/** See {@link PromptTokenizer.tokenize}. */
export interface TokenizedPrompt {
  /** The conversation and the beginning of the answer. */
  readonly tokens: readonly Token[];
  /** Those tokens at the end of `tokens` that are the beginning of the answer. */
  readonly answerTokens: readonly Token[];
  /** What follows `tokens` in each of the answers. */
  readonly answers: readonly (readonly Token[])[];
}

/** How many tokens two lists have in common from the start. */
export function sharedLength(left: readonly Token[], right: readonly Token[]): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length += 1;
  return length;
}

function collectSpecialTokens(model: TokenizingModel, templateSource: string): SpecialToken[] {
  const special: SpecialToken[] = [];
  for (const id of model.iterateAllTokens()) {
    const { control, unknown, userDefined, lstrip, rstrip } = model.getTokenAttributes(id);
    if (!control && !unknown && !userDefined) continue;
    const text = model.detokenize([id], true);
    // Among the tokens that are always seen there are harmless ones, such as runs of spaces or HTML tags. Only those
    // that the template writes have a meaning that a text must not have.
    if (text.length < 2 || (userDefined && !templateSource.includes(text))) continue;
    const kind = userDefined ? 'always' : 'control';
    special.push({ id, text, kind, stripsBefore: lstrip, stripsBehind: rstrip });
  }
  return special;
}
