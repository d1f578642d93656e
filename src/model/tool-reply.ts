import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { BlendPart } from '../blend/index.ts';
import { PROVIDER_KEY } from './provider-metadata.ts';

/** Parts of a reply that are passed on as they are where it calls tools. */
const PASSED_ON: ReadonlySet<LanguageModelV4StreamPart['type']> = new Set([
  'reasoning-start',
  'reasoning-delta',
  'reasoning-end',
  'reasoning-file',
  'tool-input-start',
  'tool-input-delta',
  'tool-input-end',
  'tool-call',
  'custom',
  'source',
]);

/** A reply of the fuser that calls tools. */
export interface ToolReply {
  /** The model that calls them. */
  readonly fuser: string;
  /** What it says beside the calls; mostly empty. */
  readonly text: string;
  /** The calls, and thoughts, which some providers want back with the results. */
  readonly parts: readonly LanguageModelV4StreamPart[];
  readonly finishReason: LanguageModelV4FinishReason | undefined;
}

/** Collects what the fuser replies, for the case that it calls tools. */
export class ToolReplyCollector {
  #parts: LanguageModelV4StreamPart[] = [];
  /** Where among the parts the text begins; undefined before that. */
  #textAt: number | undefined;
  #taken = 0;
  #finishReason: LanguageModelV4FinishReason | undefined;
  #fuser = '';
  #text = '';
  #isDone = false;

  /** Takes a part as the model gives it. */
  readonly onPart = (part: LanguageModelV4StreamPart): void => {
    // A new attempt.
    if (part.type === 'stream-start') this.#parts = [];
    if (part.type === 'text-delta') this.#textAt ??= this.#parts.length;
    if (part.type === 'finish') this.#finishReason = part.finishReason;
    if (PASSED_ON.has(part.type)) this.#parts.push(part);
  };

  /** Takes a part of the blend: the text without thoughts, and whether the fusion has succeeded. */
  read(part: BlendPart): void {
    switch (part.type) {
      case 'fusion-start':
        this.#fuser = part.fuser;
        break;
      case 'fusion-delta':
        this.#text += part.delta;
        break;
      case 'fusion-restart':
        this.#text = '';
        break;
      case 'fusion-end':
        this.#isDone = part.fused === undefined && part.failure === undefined;
        break;
      default:
    }
  }

  /** What stands before the text, for who streams it. It is no part of the reply then. */
  takeBeforeText(): readonly LanguageModelV4StreamPart[] {
    const before = this.#parts.slice(this.#taken, this.#textAt);
    this.#taken += before.length;
    return before;
  }

  /** The reply; undefined where it calls no tools. */
  get reply(): ToolReply | undefined {
    if (!this.#isDone || !this.#parts.some(({ type }) => type === 'tool-call')) return undefined;
    return {
      fuser: this.#fuser,
      text: this.#text,
      parts: this.#parts.slice(this.#taken).map((part) => (part.type === 'tool-call' ? this.#signed(part) : part)),
      finishReason: this.#finishReason,
    };
  }

  /** Says who made a call, so that the same model reads its result; inside of it what a blend that fuses says. */
  #signed(part: Extract<LanguageModelV4StreamPart, { type: 'tool-call' }>): LanguageModelV4StreamPart {
    const { [PROVIDER_KEY]: inner, ...others } = part.providerMetadata ?? {};
    const own = { writer: this.#fuser, ...(inner === undefined ? {} : { inner }) };
    return { ...part, providerMetadata: { ...others, [PROVIDER_KEY]: own } };
  }
}
