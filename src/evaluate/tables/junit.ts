import type { EvaluationResults } from '../results/results-schema.ts';
import type { CheckedLimit } from './limits.ts';

/**
 * A run as JUnit XML, which CI systems show: a test for each limit and row, one for each system that failed on examples,
 * and one for the data.
 */
export function toJUnit(results: EvaluationResults, checked: readonly CheckedLimit[]): string {
  const { kind, data, systems } = results;
  const cases = [
    testCase('data', 'every row can be used', data.skipped === 0 ? undefined : dataFailure(data)),
    ...systems.map(({ name, failed, failures }) =>
      testCase(
        'systems',
        `${name} answers every example`,
        failed === 0
          ? undefined
          : `${failed} failed: ${failures.map(({ id, message }) => `${id}: ${message}`).join('\n')}`,
      ),
    ),
    ...checked.map(({ limit, row, value, isReached }) =>
      testCase(
        'limits',
        `${row}: ${limit.text}`,
        isReached ? undefined : value === undefined ? 'there is no such figure' : `it is ${value}`,
      ),
    ),
  ];
  const failures = cases.filter(({ isFailure }) => isFailure).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="llm-blender evaluate ${kind}" ${counts}>`,
    `  <testsuite name="evaluate ${kind}" ${counts}>`,
    ...cases.map(({ text }) => text),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function dataFailure({ skipped, problems }: EvaluationResults['data']): string {
  return `${skipped} rows cannot be used: ${problems.map(({ place, reason }) => `${place}: ${reason}`).join('\n')}`;
}

function testCase(group: string, name: string, failure: string | undefined): { text: string; isFailure: boolean } {
  const start = `    <testcase classname="evaluate.${group}" name="${escaped(name)}"`;
  if (failure === undefined) return { text: `${start}/>`, isFailure: false };
  const [message = ''] = failure.split('\n');
  return {
    text: `${start}>\n      <failure message="${escaped(message)}">${escaped(failure)}</failure>\n    </testcase>`,
    isFailure: true,
  };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML has no place for control characters, not even escaped. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
    .replaceAll(/\r?\n/g, '&#10;');
}
