import type { GraphBuilder, Value } from '../graph/graph-builder.ts';
import type { BatchShape } from '../graph/layers.ts';

/** How far the tables of relative positions reach, and how distances are put into buckets. */
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

/** Products of positions with what stands in the tables for their distances to each other position. */
export interface RelativeProducts {
  /** The rows of a table [heads, table rows, size] that each block needs, [heads, blocks, distances, size]. */
  rowsOf(table: Value, of: 'queries' | 'keys'): Value;
  /**
   * [batch, heads, length, length]: row, a position; column, the position it is related to.
   *
   * @param states [batch, heads, length, size]. @param rows as `rowsOf` gives them.
   */
  multiply(states: Value, rows: Value): Value;
}

/**
 * Products of each position with the table row of its distance to each other position, without an index for each of the
 * length² products. A block of positions is multiplied by the rows that it needs, in the order of their distances; the
 * line of each position then has its products one further to the left than the line above. Read with lines one shorter,
 * the same numbers stand below each other (Dai et al. 2019, arXiv 1901.02860, appendix B).
 *
 * @param relative int64 as {@link relativeRows} gives it. @param size numbers of a head.
 */
export function relativeProducts(
  graph: GraphBuilder,
  { relative, size, shape }: { relative: Value; size: number; shape: BatchShape },
): RelativeProducts {
  const order = (direction: number) =>
    graph.apply('Squeeze', [graph.gather(relative, graph.integers(direction)), graph.integers(0)]);
  const orders = { queries: order(0), keys: order(1) };
  const dims = graph.apply('Shape', [relative]);
  const [blocks, width] = [graph.gather(dims, graph.integers(1)), graph.gather(dims, graph.integers(2))];
  const one = graph.integers(1);
  const block = graph.apply('Sub', [width, shape.length]);
  const end = graph.apply('Sub', [width, one]);
  const first = graph.apply('Sub', [block, one]);
  const used = graph.multiply(block, end);
  // A zero keeps the size that was there.
  const split = graph.concat(0, [graph.integers(0, 0), blocks, graph.integers(-1, size)]);
  const narrow = graph.concat(0, [graph.integers(0, 0, 0, -1), end]);
  const whole = graph.concat(0, [graph.integers(0, 0, -1), shape.length]);
  return {
    rowsOf: (table, of) => graph.gather(table, orders[of], 1),
    multiply(states, rows) {
      const inBlocks = graph.apply('Reshape', [states, split]);
      const products = graph.apply('com.microsoft:FusedMatMul', [inBlocks, rows], { transB: 1 });
      const flat = graph.reshape(products, 0, 0, 0, -1);
      const kept = graph.apply('Slice', [flat, graph.integers(0), used, graph.integers(3)]);
      const aligned = graph.apply('Reshape', [kept, narrow]);
      const wanted = graph.apply('Slice', [aligned, first, end, graph.integers(4)]);
      return graph.apply('Reshape', [wanted, whole]);
    },
  };
}
