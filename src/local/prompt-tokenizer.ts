import type { LlamaModel, Token } from 'node-llama-cpp';
import { MARK_TOKEN, OPENED_AT_END } from '../spec/reasoning-marks.ts';
import { type ChatTemplate, createChatTemplate } from './chat-template.ts';
import type { ChatPrompt } from './convert-prompt.ts';

/** What is needed of a loaded model. */
export type TokenizingModel = Pick<
  LlamaModel,
  'tokenize' | 'detokenize' | 'tokens' | 'iterateAllTokens' | 'getTokenAttributes' | 'fileInfo'
>;

/** Turns conversations into tokens. */
export interface PromptTokenizer {
  /**
   * The tokens of a conversation up to where the model goes on, and after that those of `answers`: what the model
   * might say there, each after the answer's beginning if the prompt has one.
   */
  tokenize(prompt: ChatPrompt, answers?: readonly string[]): TokenizedPrompt;
}

/**
 * Reads chat template and vocabulary of a loaded model. Conversations become tokens exactly as template and tokenizer
 * would have them, except that no text of a message becomes a control token.
 */
export function createPromptTokenizer(model: TokenizingModel): {
  tokenizer: PromptTokenizer;
  template: ChatTemplate;
  /** Marks of thoughts that are control tokens, with their texts. */
  marks: ReadonlyMap<Token, string>;
} {
  const source = chatTemplateSource(model);
  const { bos, bosString, eosString, shouldPrependBosToken } = model.tokens;
  const template = createChatTemplate({ source, beginToken: bosString ?? '', endToken: eosString ?? '' });
  const specialTokens = collectSpecialTokens(model, source ?? '');
  const special = new SpecialTokens(specialTokens);
  const marks = new Map(
    specialTokens
      .filter(({ kind, text }) => kind === 'control' && MARK_TOKEN.test(text))
      .map(({ id, text }) => [id, text]),
  );
  const plain = (text: string) => model.tokenize(text, false);
  return { template, marks, tokenizer: { tokenize } };

  function tokenize({ messages, answerPrefix }: ChatPrompt, answers: readonly string[] = []): TokenizedPrompt {
    const escaped = messages.map((message) => ({ ...message, content: special.escape(message.content) }));
    const rendered = template.render(escaped);
    const parts = special.split(rendered);
    const last = parts.at(-1);
    const lastText = typeof last === 'string' ? last : '';
    const tokens = withBeginning(parts.flatMap((part) => (typeof part === 'string' ? plain(part) : [part])));
    const prefix = goOn(lastText, answerPrefix);
    const wholes = answers.map((answer) => goOn(lastText, answerPrefix + answer));
    // Where the beginning of the answer and what follows share a token, all are counted from before that token, so
    // that they can be compared.
    const shared = Math.min(prefix.length, ...wholes.map((whole) => sharedLength(prefix, whole)));
    return {
      tokens: [...tokens, ...prefix.slice(0, shared)],
      answerTokens: prefix.slice(0, shared),
      answers: wholes.map((whole) => whole.slice(shared)),
      openedThought: answerPrefix === '' ? (OPENED_AT_END.exec(rendered.slice(-128))?.[0] ?? '') : '',
    };
  }

  /**
   * The tokens with which a model would write the text after `before`. It writes them after tokens that are already
   * there, so it could not have written a token that spans the border.
   */
  function goOn(before: string, text: string): Token[] {
    const start = plain(before);
    const whole = plain(before + text);
    return sharedLength(start, whole) === start.length ? whole.slice(start.length) : plain(text);
  }

  /** With the token that begins every sequence of this model, if it has one and the template has not written it. */
  function withBeginning(tokens: Token[]): Token[] {
    return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
  }
}

function chatTemplateSource({ fileInfo }: TokenizingModel): string | undefined {
  const source: unknown = fileInfo.metadata.tokenizer?.chat_template;
  return typeof source === 'string' && source.trim() !== '' ? source : undefined;
}

/** See {@link PromptTokenizer.tokenize}. */
export interface TokenizedPrompt {
  /** The conversation and the beginning of the answer. */
  readonly tokens: readonly Token[];
  /** Those tokens at the end of `tokens` that are the beginning of the answer. */
  readonly answerTokens: readonly Token[];
  /** What follows `tokens` in each of the answers. */
  readonly answers: readonly (readonly Token[])[];
  /** The mark with which the template opens a thought for the model; empty where it opens none. */
  readonly openedThought: string;
}

/** How many tokens two lists have in common from the start. */
export function sharedLength(left: readonly Token[], right: readonly Token[]): number {
  const max = Math.min(left.length, right.length);
  let length = 0;
  while (length < max && left[length] === right[length]) length += 1;
  return length;
}

function collectSpecialTokens(model: TokenizingModel, templateSource: string): SpecialToken[] {
  const special: SpecialToken[] = [];
  for (const id of model.iterateAllTokens()) {
    const { control, unknown, userDefined, lstrip, rstrip } = model.getTokenAttributes(id);
    if (!control && !unknown && !userDefined) continue;
    const text = model.detokenize([id], true);
    // Among the tokens that are always recognised there are harmless ones, such as runs of spaces or HTML tags. Only those
    // that the template writes have a meaning that a text must not have.
    if (text.length < 2 || (userDefined && !templateSource.includes(text))) continue;
    const kind = userDefined ? 'always' : 'control';
    special.push({ id, text, kind, stripsBefore: lstrip, stripsAfter: rstrip });
  }
  return special;
}

/** One token that stands for more than its text, such as the end of a turn. */
export interface SpecialToken {
  readonly id: Token;
  /** How it is written in a chat template. At least 2 characters. */
  readonly text: string;
  /**
   * `control`: written in a text, it is a token only if the tokenizer is set to look for them.
   * `always`: the tokenizer takes its text for the token wherever it stands.
   */
  readonly kind: 'control' | 'always';
  /** White space before it belongs to it. */
  readonly stripsBefore?: boolean;
  /** White space after it belongs to it. */
  readonly stripsAfter?: boolean;
}

/** Separates the text of a control token, which makes it plain text; removed before tokenising. */
const BREAK = '\uE000';
/** The same for tokens that a tokenizer always recognises: the text is tokenised in two pieces there. */
const SPLIT = '\uE001';

/**
 * Keeps the text of users and candidates from being read as control tokens. A text that says `<|im_end|>` could
 * otherwise end its own turn and speak in another's name.
 *
 * First {@link escape} every text, then render the template, then {@link split} the result: what a template itself
 * writes is a token, what came in is not.
 */
export class SpecialTokens {
  readonly #byText: ReadonlyMap<string, SpecialToken>;
  readonly #beginnings: ReadonlySet<string>;
  /** Longest first: of two that match, the tokenizer takes the longer. */
  readonly #lengths: readonly number[];

  constructor(tokens: readonly SpecialToken[]) {
    this.#byText = new Map(tokens.map((token) => [token.text, token]));
    this.#beginnings = new Set(tokens.map(({ text }) => text.charAt(0)));
    this.#lengths = [...new Set(tokens.map(({ text }) => text.length))].toSorted((a, b) => b - a);
  }

  /** The text with a separator inside everything that reads like a special token. */
  escape(text: string): string {
    const input = text.replace(/[\uE000\uE001]/g, `${BREAK}$&`);
    const parts: string[] = [];
    let position = 0;
    for (let found = this.#find(input, 0); found !== undefined; found = this.#find(input, position)) {
      const { index, token } = found;
      const cut = index + ((token.text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
      parts.push(input.slice(position, cut), token.kind === 'control' ? BREAK : SPLIT);
      position = cut;
    }
    return parts.join('') + input.slice(position);
  }

  /** The special tokens of a rendered template, and the plain texts between them, to be tokenised one by one. */
  split(rendered: string): (Token | string)[] {
    const parts: (Token | string)[] = [];
    let position = 0;
    let strip = false;
    const pushText = (text: string) => {
      for (const piece of unescape(text)) if (piece !== '') parts.push(piece);
    };
    for (
      let found = this.#find(rendered, 0, 'control');
      found !== undefined;
      found = this.#find(rendered, position, 'control')
    ) {
      const { index, token } = found;
      const before = rendered.slice(position, index);
      const trimmed = strip ? before.trimStart() : before;
      pushText(token.stripsBefore === true ? trimmed.trimEnd() : trimmed);
      parts.push(token.id);
      position = index + token.text.length;
      strip = token.stripsAfter === true;
    }
    const rest = rendered.slice(position);
    pushText(strip ? rest.trimStart() : rest);
    return parts;
  }

  #find(text: string, from: number, kind?: SpecialToken['kind']): { index: number; token: SpecialToken } | undefined {
    for (let index = from; index < text.length; index++) {
      if (!this.#beginnings.has(text.charAt(index))) continue;
      for (const length of this.#lengths) {
        const token = this.#byText.get(text.slice(index, index + length));
        if (token !== undefined && (kind === undefined || token.kind === kind)) return { index, token };
      }
    }
    return undefined;
  }
}

/** Plain texts without the separators of {@link SpecialTokens.escape}, cut where two tokens must not become one. */
function unescape(text: string): string[] {
  return text.split(/(?<!\uE000)\uE001/).map((piece) => piece.replace(/\uE000([\uE000\uE001])?/g, '$1'));
}
