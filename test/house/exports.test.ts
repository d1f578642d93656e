import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as library from '../../src/index.ts';
import * as batch from '../../src/batch/index.ts';
import * as evaluation from '../../src/evaluate/index.ts';
import * as server from '../../src/server/index.ts';
import { docExamples } from '../e2e/__fixtures__/doc-examples.ts';
import * as fakes from '../../src/test/index.ts';

test('the public names are these', () => {
  expect(Object.keys(library).toSorted()).toMatchInlineSnapshot(`
    [
      "AGGREGATIONS",
      "BlenderError",
      "BudgetExceededError",
      "CONFIG_NAMES",
      "ContextExceededError",
      "DataFormatError",
      "DisposedError",
      "ERROR_CODES",
      "EXCLUSIONS",
      "FUSION_PROMPTS",
      "GOALS",
      "INITIAL_BLEND_STATE",
      "InvalidArgumentError",
      "InvalidConfigError",
      "JobError",
      "KNOWN_PROVIDERS",
      "MissingDependencyError",
      "MissingKeyError",
      "ModelCallError",
      "ModelLoadError",
      "ModelNotFoundError",
      "NoCandidatesError",
      "ORDERS",
      "PREFERENCE_FORMATS",
      "RankerError",
      "SESSION_ACTIONS",
      "STRATEGIES",
      "STREAMS",
      "StoppedError",
      "TimeoutError",
      "WeightsUnavailableError",
      "addEstimates",
      "bestOfN",
      "blend",
      "blenderModel",
      "cascadeRanker",
      "clearCallCache",
      "compare",
      "compareConversations",
      "createBlendSession",
      "createBlender",
      "createBlenderProvider",
      "defineConfig",
      "describeRanker",
      "estimateBlend",
      "estimateCompare",
      "estimateFuse",
      "estimateRank",
      "findConfig",
      "fuse",
      "generateCandidates",
      "inspectCallCache",
      "isHiddenFileWarning",
      "listProviders",
      "loadConfig",
      "mapPrompts",
      "modelLicence",
      "parseVerdict",
      "preferenceRows",
      "rank",
      "rankAnswers",
      "rankWithReference",
      "rankerFromComparison",
      "rankerFromRerankingModel",
      "rankerFromScore",
      "rankerModel",
      "recordBlend",
      "reduceBlend",
      "replayBlend",
      "splitReasoning",
      "streamBlend",
      "topK",
      "worstOfN",
    ]
  `);
  expect(Object.keys(batch).toSorted()).toMatchInlineSnapshot(`
    [
      "FolderStore",
      "batchPriceFactor",
      "cancelProviderBatches",
      "jobStatus",
      "mergeResults",
      "planRanges",
      "readBatchRecords",
      "readResults",
      "recordFiles",
      "runBatch",
    ]
  `);
  expect(Object.keys(evaluation).toSorted()).toMatchInlineSnapshot(`
    [
      "DEFAULT_METRICS",
      "METRIC_NAMES",
      "checkLimits",
      "columnHead",
      "compareRuns",
      "defineDataSet",
      "defineMetric",
      "estimateEvaluation",
      "formatCell",
      "formatP",
      "formatValue",
      "isModulePath",
      "loadDataSet",
      "loadMetric",
      "parseLimit",
      "readEvaluated",
      "readExamples",
      "readResultsFile",
      "resolveMetric",
      "resultsSchema",
      "runEvaluation",
      "summarizeRun",
      "toCsv",
      "toJUnit",
      "toMarkdown",
      "writeReport",
    ]
  `);
  expect(Object.keys(server).toSorted()).toMatchInlineSnapshot(`
    [
      "DEFAULT_PORT",
      "KeyStore",
      "startServer",
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

test('every public function has an example in its doc comment', () => {
  const documented = docExamples(join(import.meta.dirname, '../..'));
  const withExample = new Set(documented.flatMap(({ name, examples }) => (examples.length > 0 ? [name] : [])));
  const functions = Object.entries({ ...library, ...batch, ...server }).flatMap(([name, value]) =>
    typeof value === 'function' && !/^class\b/.test(String(value)) ? [name] : [],
  );
  expect(functions.length).toBeGreaterThan(20);
  expect(functions.filter((name) => !withExample.has(name))).toEqual([]);
});
