import type { Fuser, FuserFuseOptions, FuserFuseResult } from '../spec/fuser.ts';

/** A fuser that answers by a function and records its calls. */
export class FakeFuser implements Fuser {
  readonly specificationVersion = 'v1';
  readonly name = 'fake-fuser';
  /** Every call, in order. */
  readonly calls: FuserFuseOptions[] = [];
  readonly #write: (options: FuserFuseOptions) => string | Promise<string>;

  constructor({
    write = () => {
      throw new Error('FakeFuser: no write was set');
    },
  }: {
    /** The fused text. It may wait, and it may throw. */ write?: (
      options: FuserFuseOptions,
    ) => string | Promise<string>;
  } = {}) {
    this.#write = write;
  }

  async doFuse(options: FuserFuseOptions): Promise<FuserFuseResult> {
    this.calls.push(options);
    const text = await this.#write(options);
    for (const word of text.split(/(?<= )/)) options.onDelta?.(word);
    return {
      text,
      finishReason: 'stop',
      truncated: false,
      usage: { calls: 1, inputTokens: 1, outputTokens: 1, cost: 0 },
    };
  }
}
