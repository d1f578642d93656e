import { DEFAULT_MODEL } from '../registry/index.ts';
import type { NamedBlend } from './named-blend.ts';

/** The categories that Gemini lets its callers set. The fifth name in the notebook's list is of an older API. */
const GEMINI_SAFETY_CATEGORIES = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
] as const;

/** The blends that come with the package, by name. */
export const BUILT_IN_BLENDS = {
  /** Fully in this process: three samples of the embedded model, fused by the model itself. */
  local: { models: [DEFAULT_MODEL], samples: 3, maxOutputTokens: 256 },

  /**
   * The system of the Gemma and Gemini notebook as it was meant: Gemma 2B sampled three times, Gemini comparing all
   * pairs in both orders without blocking any text, MaxWins, and Gemma 7B fusing the best two. `docs/notebook.md` has
   * the story.
   */
  'gemma-gemini': {
    models: [{ model: 'local/gemma-2b-it', samples: 3, temperature: 1, topP: 0.8, maxOutputTokens: 256 }],
    ranker: {
      judge: 'google/gemini-3.5-flash-lite',
      providerOptions: {
        google: {
          safetySettings: GEMINI_SAFETY_CATEGORIES.map((category) => ({ category, threshold: 'BLOCK_NONE' })),
        },
      },
    },
    strategy: 'full',
    orders: 'both',
    aggregation: 'max-wins',
    topK: 2,
    fuser: { model: 'local/gemma-7b-it', maxOutputTokens: 512 },
    fusionPrompt: 'notebook',
  },

  /**
   * The set-up of the paper with models of today: one answer of each of several families, PairRM in both orders on all
   * pairs, MaxLogits, and the best three fused. `docs/fusing.md` says which models and why.
   */
  paper: {
    models: [
      'openai/gpt-5.4-mini',
      'anthropic/claude-haiku-5-5',
      'google/gemini-3.5-flash-lite',
      'mistral/mistral-small-latest',
    ],
    ranker: 'pairrm',
    strategy: 'full',
    orders: 'both',
    aggregation: 'max-logits',
    topK: 3,
    fusionPrompt: 'paper',
  },
} as const satisfies Record<string, NamedBlend>;

/** The blend where none is named. */
export const DEFAULT_BLEND = 'local' satisfies keyof typeof BUILT_IN_BLENDS;
