import { BUILT_IN_BLENDS } from '../blend/index.ts';
import { formatRankerName, parseRankerName, PUBLISHED_RANKERS, SHIPPED_RANKERS } from '../spec/ranker-name.ts';
import { suggest } from '../util/suggest.ts';
import type { Finding } from './finding.ts';

/** The entries of an object. Values of another form are reported by the schema. */
function entriesOf(value: unknown): readonly (readonly [key: string, value: unknown])[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function fieldOf(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1];
}

function namesIn(config: unknown, section: string): readonly string[] {
  return entriesOf(fieldOf(config, section)).map(([name]) => name);
}

/** Finds names in a configuration that refer to nothing. */
export function checkReferences(config: unknown): readonly Finding[] {
  const models = namesIn(config, 'models');
  const rankers = [...SHIPPED_RANKERS, ...PUBLISHED_RANKERS, ...namesIn(config, 'rankers')];
  const blends = [...Object.keys(BUILT_IN_BLENDS), ...namesIn(config, 'blends')];

  const checkModel = (path: readonly PropertyKey[], value: unknown, known = models): readonly Finding[] => {
    if (typeof value !== 'string') {
      const model = fieldOf(value, 'model');
      return model === undefined ? [] : checkModel([...path, 'model'], model, known);
    }
    if (value === '' || value.includes('/') || known.includes(value)) return [];
    return [
      {
        path,
        message: `expected provider/model${known === models ? ', or a name of models' : ''}.${suggest(value, known)}`,
      },
    ];
  };
  const checkRanker = (
    path: readonly PropertyKey[],
    value: unknown,
    known: readonly string[] = rankers,
  ): readonly Finding[] => {
    const judge = fieldOf(value, 'judge');
    if (judge !== undefined) return checkModel([...path, 'judge'], judge);
    if (typeof value !== 'string' || value === '') return [];
    const ranker = parseRankerName(value);
    switch (ranker.kind) {
      case 'judge':
      case 'list-judge':
        return checkModel(path, ranker.model);
      case 'cascade':
        return checkRanker(path, formatRankerName(ranker.ranker), rankers);
      case 'int8':
        return checkRanker(path, formatRankerName(ranker.ranker), PUBLISHED_RANKERS);
      default:
    }
    if (known.includes(value)) return [];
    if (/^[a-z-]{2,}:/.test(value))
      return [{ path, message: 'expected judge:MODEL, judge-list:MODEL or cascade:RANKER before a colon.' }];
    if (/[./\\]/.test(value)) return [];
    return [{ path, message: `no ranker has this name; a folder is written ./${value}.${suggest(value, known)}` }];
  };
  const checkSettings = (path: readonly PropertyKey[], value: unknown): readonly Finding[] => [
    ...checkRanker([...path, 'ranker'], fieldOf(value, 'ranker')),
    ...checkRanker([...path, 'checkRanker'], fieldOf(value, 'checkRanker')),
    ...checkModel([...path, 'fuser'], fieldOf(value, 'fuser')),
  ];
  const defaultBlend = fieldOf(fieldOf(config, 'defaults'), 'blend');
  return [
    ...entriesOf(fieldOf(config, 'models')).flatMap(([name, value]) => checkModel(['models', name], value, [])),
    ...entriesOf(fieldOf(config, 'rankers')).flatMap(([name, value]) =>
      checkRanker(['rankers', name], value, [...SHIPPED_RANKERS, ...PUBLISHED_RANKERS]),
    ),
    ...entriesOf(fieldOf(config, 'blends')).flatMap(([name, blend]) => {
      const choices = fieldOf(blend, 'models');
      return [
        ...(Array.isArray(choices) ? choices : []).flatMap((choice, index) =>
          checkModel(['blends', name, 'models', index], choice),
        ),
        ...checkSettings(['blends', name], blend),
      ];
    }),
    ...checkModel(['server', 'taskModel'], fieldOf(fieldOf(config, 'server'), 'taskModel')),
    ...checkSettings(['defaults'], fieldOf(config, 'defaults')),
    ...(typeof defaultBlend !== 'string' || blends.includes(defaultBlend)
      ? []
      : [{ path: ['defaults', 'blend'], message: `no blend has this name.${suggest(defaultBlend, blends)}` }]),
  ];
}
