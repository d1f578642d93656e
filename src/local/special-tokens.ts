import type { Token } from 'node-llama-cpp';

/** One token that stands for more than its text, such as the end of a turn. */
export interface SpecialToken {
  readonly id: Token;
  /** How it is written in a chat template. At least 2 characters. */
  readonly text: string;
  /**
   * `control`: written in a text, it is a token only where the tokenizer is told to look for them.
   * `always`: the tokenizer takes its text for the token wherever it stands.
   */
  readonly kind: 'control' | 'always';
  /** White space before it belongs to it. */
  readonly stripsBefore?: boolean;
  /** White space behind it belongs to it. */
  readonly stripsBehind?: boolean;
}

/** Stands inside the text of a control token to make it plain text; taken out again before tokenising. */
const BREAK = '\uE000';
/** The same for tokens that a tokenizer always sees: the text is tokenised in two pieces there. */
const SPLIT = '\uE001';

/**
 * Keeps the text of users and candidates from being read as control tokens. A text that says `<|im_end|>` could
 * otherwise end its own turn and speak in another's name.
 *
 * First {@link guard} every text, then render the template, then {@link split} the result: what a template itself
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

  /** The text with a mark inside everything that reads like a special token, wherever one begins. */
  guard(text: string): string {
    const escaped = text.replace(/[\uE000\uE001]/g, `${BREAK}$&`);
    const parts: string[] = [];
    let position = 0;
    for (let found = this.#find(escaped, 0); found !== undefined; found = this.#find(escaped, position)) {
      const { index, token } = found;
      const cut = index + ((token.text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1);
      parts.push(escaped.slice(position, cut), token.kind === 'control' ? BREAK : SPLIT);
      position = cut;
    }
    return parts.join('') + escaped.slice(position);
  }

  /** The special tokens of a rendered template, and the plain texts between them, to be tokenised one by one. */
  split(rendered: string): (Token | string)[] {
    const parts: (Token | string)[] = [];
    let position = 0;
    let strip = false;
    const pushText = (text: string) => {
      for (const piece of unguard(text)) if (piece !== '') parts.push(piece);
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
      strip = token.stripsBehind === true;
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

/** Plain texts without the marks of {@link SpecialTokens.guard}, cut where two tokens must not become one. */
function unguard(text: string): string[] {
  return text.split(/(?<!\uE000)\uE001/).map((piece) => piece.replace(/\uE000([\uE000\uE001])?/g, '$1'));
}
