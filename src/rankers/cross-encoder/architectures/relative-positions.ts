import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import type { BatchShape } from '../graph/layers.ts';

/** Where the tables of relative positions are cut, and how distances are put into buckets. */
export interface RelativePositions {
  /** Distances from −span to span − 1 have a row each. */
  readonly span: number;
  /** Distances beyond half of so many share rows, the more the further; 0 = none do. */
  readonly buckets: number;
  /** The distance of the last bucket. */
  readonly furthest: number;
}

/** Rows of the tables for one length. */
export interface RelativeRows {
  /** [2, blocks, length + rows of a block]: first those for queries, then those for keys. */
  readonly dims: readonly [number, number, number];
  readonly data: BigInt64Array;
}

/** Rows of a block that were fastest to multiply, and the most blocks of a long text: each has a table of its own. */
const BLOCK_ROWS = 96;
const MAX_BLOCKS = 8;

/**
 * Which rows of the tables a text of `length` tokens needs. Its queries are cut into blocks; a block needs the distances
 * from its last query to the first key, falling, to those from its first query to the last key. Blocks of keys need the
 * same distances rising.
 */
export function relativeRows(length: number, positions: RelativePositions): RelativeRows {
  const last = 2 * positions.span - 1;
  const rowOf = (distance: number) =>
    BigInt(Math.min(last, Math.max(0, bucketOf(distance, positions) + positions.span)));
  const block = rowsPerBlock(length);
  const [blocks, width] = [length / block, length + block];
  const data = new BigInt64Array(2 * blocks * width);
  for (let index = 0; index < blocks; index++) {
    for (let column = 0; column < width; column++) {
      const distance = (index + 1) * block - 1 - column;
      data[index * width + column] = rowOf(distance);
      data[(blocks + index) * width + column] = rowOf(-distance);
    }
  }
  return { dims: [2, blocks, width], data };
}

/** The divisor of a length that is nearest to the best size of a block. */
function rowsPerBlock(length: number): number {
  const wanted = Math.max(BLOCK_ROWS, length / MAX_BLOCKS);
  let best = length;
  for (let rows = 1; rows < length; rows++) {
    if (length % rows === 0 && Math.abs(rows - wanted) < Math.abs(best - wanted)) best = rows;
  }
  return best;
}

/**
 * The bucket of a distance: itself when near, in steps of its logarithm when far. Computed in the precision in which the
 * networks were trained, since a distance on an edge would otherwise change its bucket.
 */
export function bucketOf(distance: number, { buckets, furthest }: RelativePositions): number {
  const middle = Math.floor(buckets / 2);
  const far = Math.abs(distance);
  if (buckets === 0 || far <= middle) return distance;
  const { fround } = Math;
  const share = fround(fround(Math.log(fround(far / middle))) / fround(Math.log(fround((furthest - 1) / middle))));
  return Math.sign(distance) * (Math.ceil(fround(share * (middle - 1))) + middle);
}

/**
 * Products of each place with the table row of its distance to each other place, without an index for each of the
 * length² products. A block of places is multiplied by the rows that it needs, in the order of their distances; the line
 * of each place then has its products one further to the left than the line above. Read with lines one shorter, the
 * same numbers stand below each other (Dai et al. 2019, arXiv 1901.02860, appendix B).
 */
export class RelativeProducts {
  readonly #graph: GraphBuilder;
  readonly #orders: readonly [queries: Value, keys: Value];
  readonly #split: Value;
  readonly #used: Value;
  readonly #narrow: Value;
  readonly #first: Value;
  readonly #end: Value;
  readonly #whole: Value;

  /** @param relative int64 as {@link relativeRows} gives it. @param size numbers of a head. */
  constructor(graph: GraphBuilder, { relative, size, shape }: { relative: Value; size: number; shape: BatchShape }) {
    this.#graph = graph;
    const order = (direction: number) =>
      graph.apply('Squeeze', [graph.apply('Gather', [relative, graph.integers(direction)]), graph.integers(0)]);
    this.#orders = [order(0), order(1)];
    const dims = graph.apply('Shape', [relative]);
    const [blocks, width] = [1, 2].map((axis) => graph.apply('Gather', [dims, graph.integers(axis)])) as [Value, Value];
    const one = graph.integers(1);
    const block = graph.apply('Sub', [width, shape.length]);
    const join = (...parts: readonly Value[]) => graph.apply('Concat', parts, { axis: { int: 0 } });
    this.#end = graph.apply('Sub', [width, one]);
    this.#first = graph.apply('Sub', [block, one]);
    this.#used = graph.apply('Mul', [block, this.#end]);
    // A zero keeps the size that was there.
    this.#split = join(graph.integers(0, 0), blocks, graph.integers(-1, size));
    this.#narrow = join(graph.integers(0, 0, 0, -1), this.#end);
    this.#whole = join(graph.integers(0, 0, -1), shape.length);
  }

  /** The rows of a table [heads, table rows, size] that each block needs, [heads, blocks, distances, size]. */
  rowsOf(table: Value, of: 'queries' | 'keys'): Value {
    return this.#graph.apply('Gather', [table, this.#orders[of === 'queries' ? 0 : 1]], { axis: { int: 1 } });
  }

  /**
   * [batch, heads, length, length]: row, a place; column, the place it is related to.
   *
   * @param places [batch, heads, length, size]. @param rows as {@link RelativeProducts.rowsOf} gives them.
   */
  multiply(places: Value, rows: Value): Value {
    const graph = this.#graph;
    const blocks = graph.apply('Reshape', [places, this.#split]);
    const products = graph.apply('com.microsoft:FusedMatMul', [blocks, rows], { transB: { int: 1 } });
    const flat = graph.apply('Reshape', [products, graph.integers(0, 0, 0, -1)]);
    const used = graph.apply('Slice', [flat, graph.integers(0), this.#used, graph.integers(3)]);
    const aligned = graph.apply('Reshape', [used, this.#narrow]);
    const wanted = graph.apply('Slice', [aligned, this.#first, this.#end, graph.integers(4)]);
    return graph.apply('Reshape', [wanted, this.#whole]);
  }
}
