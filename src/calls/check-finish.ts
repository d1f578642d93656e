import type { ProviderMetadata } from 'ai';
import { ModelCallError } from '../error/index.ts';
import { redactSecrets } from '../util/error-message.ts';

/** How an answer ended, as the provider reported it. */
export interface FinishDetails {
  /** Name of the model. */
  readonly model: string;
  readonly text: string;
  /** In the words of the AI SDK. */
  readonly finishReason: string;
  /** In the words of the provider. */
  readonly rawReason: string | undefined;
  readonly details: ProviderMetadata | undefined;
}

/**
 * An answer that was withheld or that broke off is no answer. One that ends for its length is.
 *
 * @throws ModelCallError
 */
export function checkFinish(finish: FinishDetails): void {
  const { model, finishReason } = finish;
  switch (finishReason) {
    case 'content-filter':
      throw new ModelCallError({
        kind: 'blocked',
        model,
        message: `The answer was blocked: ${blockReason(finish)}.`,
      });
    case 'interrupted':
      throw new ModelCallError({
        kind: 'interrupted',
        model,
        message: 'The answer broke off before its end.',
      });
    case 'error':
      throw new ModelCallError({ kind: 'error', model, message: 'The model failed in the middle of its answer.' });
    default:
  }
}

/** Longest part of a refusal that is quoted, in UTF-16 units. */
const QUOTED = 200;

/** The reason of the provider, what it says of it, and what the model had said by then. */
function blockReason({ text, rawReason, details = {} }: FinishDetails): string {
  const explanation = Object.values(details)
    .flatMap((detail) => [
      property(detail, 'promptFeedback', 'blockReason') === undefined ? undefined : 'the prompt was blocked',
      property(detail, 'finishMessage'),
      property(detail, 'stopDetails', 'category'),
      property(detail, 'stopDetails', 'explanation'),
      ...blockedCategories(detail),
    ])
    .filter((part) => typeof part === 'string' && part !== '');
  const said = text.trim() === '' ? [] : [`it said ${JSON.stringify(text.trim().slice(0, QUOTED))}`];
  // A refusal ends like any other answer.
  const reason = rawReason === undefined || rawReason === 'stop' ? 'the model refused' : rawReason;
  return redactSecrets([reason, ...explanation, ...said].join(', '));
}

/** The categories of Gemini that led to the block. */
function blockedCategories(detail: unknown): readonly unknown[] {
  const ratings = property(detail, 'safetyRatings') ?? property(detail, 'promptFeedback', 'safetyRatings');
  if (!Array.isArray(ratings)) return [];
  return ratings.filter((rating) => property(rating, 'blocked') === true).map((rating) => property(rating, 'category'));
}

function property(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}
