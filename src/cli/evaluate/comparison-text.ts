import { formatP, type RunComparison } from '../../evaluate/index.ts';
import { formatCount } from '../render/format.ts';
import { fitEnd, oneLine, tableLines, wrapText } from '../render/text.ts';

/** How two runs differ, as a table. */
export function comparisonText({ a, b, shared, onlyA, onlyB, differences }: RunComparison, columns: number): string {
  const alone = [
    ...(onlyA === 0 ? [] : [`${formatCount(onlyA, 'example')} only in ${a}`]),
    ...(onlyB === 0 ? [] : [`${formatCount(onlyB, 'example')} only in ${b}`]),
  ];
  const about = `${formatCount(shared, 'example')} in both${alone.map((text) => `, ${text}`).join('')}. Differences are ${b} less ${a}.`;
  const lines = differences.map(({ a: one, b: other, figure, comparison, adjustedPValue, mcNemar }) => {
    const { value, low, high } = comparison.difference;
    const interval = low === undefined || high === undefined ? '' : ` [${digits(low)}, ${digits(high)}]`;
    return [
      fitEnd(oneLine(one === other ? one : `${one} / ${other}`), Math.max(20, Math.floor(columns * 0.4))),
      figure,
      `${digits(value)}${interval}`,
      formatP(adjustedPValue),
      mcNemar === undefined ? '' : formatP(mcNemar.pValue),
      `${comparison.leftHigher} / ${comparison.rightHigher} / ${comparison.equal}`,
    ];
  });
  const heads = ['row', 'figure', 'difference', 'p (Holm)', 'p (McNemar, alone)', 'higher / lower / equal'];
  return `${[...wrapText(oneLine(about), columns), ...tableLines([heads, ...lines]).map((line) => line.trimEnd())].join(
    '\n',
  )}\n`;
}

function digits(value: number): string {
  return value.toFixed(4);
}
