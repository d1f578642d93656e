/** Any rows, several of which may belong to one prompt. */
export interface PromptRow {
  /** What tells the prompt from others. */
  readonly prompt: string | number;
}

/** Which prompt each row belongs to. */
export interface PromptIndex {
  /** How many prompts there are. */
  readonly prompts: number;
  /** Place of the prompt of each row, from 0. */
  readonly promptOf: Int32Array;
}

/** Numbers the prompts of rows in the order of their first rows. @param prompts one for each row. */
export function indexPrompts(prompts: ArrayLike<string | number>): PromptIndex {
  const places = new Map<string | number, number>();
  const promptOf = Int32Array.from(prompts, (prompt) => {
    const place = places.get(prompt) ?? places.size;
    if (place === places.size) places.set(prompt, place);
    return place;
  });
  return { prompts: places.size, promptOf };
}

/** The prompts of rows. */
export function promptsOf(rows: readonly PromptRow[]): readonly (string | number)[] {
  return rows.map(({ prompt }) => prompt);
}

/** Sum of a number of each row over the rows of each prompt. */
export function sumByPrompt({ prompts, promptOf }: PromptIndex, numberOf: (row: number) => number): Float64Array {
  const sums = new Float64Array(prompts);
  for (let row = 0; row < promptOf.length; row++) {
    const prompt = promptOf[row] ?? 0;
    sums[prompt] = (sums[prompt] ?? 0) + numberOf(row);
  }
  return sums;
}

/** The rows of each prompt beside each other, else in their order, and where those of each prompt begin; at last the end. */
export function rowsByPrompt({ prompts, promptOf }: PromptIndex): {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
} {
  const starts = new Int32Array(prompts + 1);
  for (const prompt of promptOf) starts[prompt + 1] = (starts[prompt + 1] ?? 0) + 1;
  for (let prompt = 0; prompt < prompts; prompt++)
    starts[prompt + 1] = (starts[prompt + 1] ?? 0) + (starts[prompt] ?? 0);
  const [rows, next] = [new Int32Array(promptOf.length), starts.slice()];
  for (let row = 0; row < promptOf.length; row++) {
    const prompt = promptOf[row] ?? 0;
    const place = next[prompt] ?? 0;
    rows[place] = row;
    next[prompt] = place + 1;
  }
  return { rows, starts };
}
