import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import * as fakes from '../../src/test/index.ts';

test('the public names are these', () => {
  expect(Object.keys(library).toSorted()).toMatchInlineSnapshot(`
    [
      "BlenderError",
      "BudgetExceededError",
      "ContextExceededError",
      "DataFormatError",
      "DisposedError",
      "ERROR_CODES",
      "InvalidArgumentError",
      "InvalidConfigError",
      "MissingDependencyError",
      "MissingKeyError",
      "ModelCallError",
      "ModelLoadError",
      "ModelNotFoundError",
      "NoCandidatesError",
      "RankerError",
      "TimeoutError",
      "WeightsUnavailableError",
      "bestOfN",
      "blend",
      "cascadeRanker",
      "compare",
      "compareConversations",
      "createBlender",
      "defineConfig",
      "findConfig",
      "fuse",
      "generateCandidates",
      "listProviders",
      "loadConfig",
      "rank",
      "rankWithReference",
      "rankerFromComparison",
      "rankerFromRerankingModel",
      "rankerFromScore",
      "streamBlend",
      "topK",
      "worstOfN",
    ]
  `);
  expect(Object.keys(fakes).toSorted()).toMatchInlineSnapshot(`
    [
      "FakeFuser",
      "FakeLanguageModel",
      "FakePairRanker",
      "HANG",
    ]
  `);
});
