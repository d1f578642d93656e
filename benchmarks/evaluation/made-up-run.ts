import { Readable } from 'node:stream';
import { runEvaluation } from '../../src/evaluate/index.ts';
import type { PairRanker } from '../../src/spec/pair-ranker.ts';
import { NO_USAGE } from '../../src/spec/usage.ts';
import { createRandom } from '../../src/util/random.ts';

const CATEGORIES = ['chat', 'code', 'facts', 'maths', 'writing'];
const VOCABULARY = 5000;

/** What a made-up run has. */
export interface MadeUpSize {
  readonly examples: number;
  readonly candidates: number;
  /** Words of an answer, on average. */
  readonly words: number;
}

/**
 * Runs an evaluation of a made-up ranker on made-up pools with preferences and references, in `output`. Candidates differ
 * in quality by their model, and the ranker sees that with noise.
 */
export async function makeUpRun(output: string, size: MadeUpSize): Promise<void> {
  const run = runEvaluation({
    kind: 'ranker',
    sources: [{ name: 'made-up.jsonl', chunks: Readable.from(lines(size)) }],
    output,
    rankers: [{ name: 'made-up', ranker: NOISY }],
    ranking: { orders: 'both' },
  });
  for await (const part of run) if (part.type === 'example-error') throw new Error(part.message);
}

function* lines({ examples, candidates, words }: MadeUpSize): Generator<string, void> {
  const { uniform, normal } = createRandom(1);
  // Few words are frequent, as in every language.
  const word = () => wordAt(Math.floor(VOCABULARY ** uniform()));
  const text = (count: number) => Array.from({ length: count }, word).join(' ');
  for (let index = 0; index < examples; index++) {
    const reference = text(words);
    yield `${JSON.stringify({
      id: `example-${index}`,
      instruction: `Question ${index}: ${text(20)}?`,
      category: CATEGORIES[index % CATEGORIES.length],
      reference,
      candidates: Array.from({ length: candidates }, (_, model) => {
        const quality = model / candidates + normal();
        const copied = reference.split(' ').slice(0, Math.max(0, Math.round(quality * 10)));
        const own = text(Math.max(5, Math.round(words * (0.6 + 0.8 * uniform())) - copied.length));
        return {
          model: `model-${model + 1}`,
          // The ranker reads the quality off the end.
          text: [...copied, own, quality.toFixed(2)].join(' '),
          preference: Number((quality + normal()).toFixed(3)),
        };
      }),
    })}\n`;
  }
}

const SYLLABLES = ['ka', 'lo', 'mi', 'ten', 'sa', 'ru', 'vel', 'no', 'pi', 'da', 'mor', 'e', 'shi', 'ban', 'u'];

/** A word that can be read aloud; a frequent one is short. */
function wordAt(place: number): string {
  const syllable = SYLLABLES[place % SYLLABLES.length] ?? '';
  return place < SYLLABLES.length ? syllable : wordAt(Math.floor(place / SYLLABLES.length)) + syllable;
}

const NOISY: PairRanker = {
  specificationVersion: 'v1',
  name: 'made-up',
  doCompare: ({ pairs }) =>
    Promise.resolve({
      judgements: pairs.map(({ left, right }) => ({ logit: qualityOf(left) - qualityOf(right) })),
      usage: NO_USAGE,
    }),
};

function qualityOf(text: string): number {
  return Number(text.slice(text.lastIndexOf(' ') + 1)) + (text.length % 7) / 7;
}
