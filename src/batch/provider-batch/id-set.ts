import { idNumber } from './request-id.ts';

/** Ids of requests, of which there may be millions: 8 bytes for each. */
export class IdSet {
  readonly #numbers: Float64Array;

  private constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  /** @param count Most ids that come. */
  static async of(ids: AsyncIterable<{ readonly id: string }>, count: number): Promise<IdSet> {
    const numbers = new Float64Array(count);
    let length = 0;
    for await (const { id } of ids) numbers[length++] = idNumber(id);
    return new IdSet(numbers.subarray(0, length).toSorted());
  }

  has(id: string): boolean {
    const number = idNumber(id);
    let [low, high] = [0, this.#numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#numbers[middle] ?? Infinity) < number) low = middle + 1;
      else high = middle;
    }
    return this.#numbers[low] === number;
  }
}
